import { ms, percent } from '../frontsTable.ts';
import { markdownTable } from '../markdownTable.ts';
import type { DeviceReport, DeviceRow, NetworkReport, TransferReport } from './report.ts';

/** The report as Markdown: a table for each device, networks by ascending latency. */
export function transferMarkdown(report: TransferReport): string {
  const { name, study, data, networks, devices, finishedRuns, runs, freeze } = report;
  const frozen = freeze === 'nothing' ? 'all weights trained' : `frozen: ${typeof freeze === 'string' ? freeze : Object.entries(freeze).map(([what, count]) => `the first ${count} ${what}`).join('')}`;
  return [
    `# ${name}: winners of ${study} on other images`,
    `${networks.length} networks on ${data.classes.length} classes, ${data.trainImages} training and ${data.valImages} validation images; ${frozen}; ${finishedRuns} of ${runs} runs are finished. `
      + "Accuracy before: the supernet's weights on the study's own images. After: mean and standard deviation over seeds, in brackets the 95 % interval of the mean.",
    `Order of accuracies before and after, all networks: Kendall's tau ${tauText(report.tau)}.`,
    ...devices.map((device) => deviceText(device, networks)),
  ].join('\n\n') + '\n';
}

function deviceText({ device, maxMs, rows, tau }: DeviceReport, networks: readonly NetworkReport[]): string {
  const byId = new Map(networks.map((network) => [network.id, network]));
  const seeds = Math.max(...networks.map(({ accuracy }) => accuracy.seeds));
  const table = markdownTable(
    ['network', 'latency (interval)', 'winner before', 'before', 'after', 'on the front after', `seeds of ${seeds}`],
    rows.map((row) => [nameOf(byId.get(row.id)!), latencyText(row), row.isWinner ? 'yes' : '', percent(byId.get(row.id)!.accuracyBefore), accuracyText(byId.get(row.id)!),
      frontText(row), String(row.frontSeeds)]),
  );
  const budget = maxMs === undefined ? '' : `, within ${ms(maxMs)}`;
  const winners = rows.filter(({ isWinner }) => isWinner);
  const stayed = winners.length === 0 ? 'The study was not searched for it, so none of these is a winner here.'
    : `${winners.filter(({ onFront }) => onFront).length} of its ${winners.length} winners are on the front after the transfer; their order before and after: tau ${tauText(tau)}.`;
  return `## ${device}${budget}\n\n${stayed}\n\n${table}`;
}

const nameOf = ({ id, name }: NetworkReport) => (name === undefined ? id : `${name} (${id})`);
const latencyText = ({ latencyMs, lowMs, highMs }: DeviceRow) => `${ms(latencyMs)} (${ms(lowMs)} to ${ms(highMs)})`;
const frontText = ({ onFront, withinBudget }: DeviceRow) => (withinBudget ? onFront ? 'yes' : '' : 'too slow');

function accuracyText({ accuracy: { mean, deviation }, interval }: NetworkReport): string {
  const digits = (value: number) => (100 * value).toFixed(1);
  return `${digits(mean)}${deviation === null ? '' : ` ± ${digits(deviation)}`} %${interval === null ? '' : ` (${digits(interval.low)} to ${digits(interval.high)})`}`;
}

/** "0.67"; a dash where fewer than two networks, or equal accuracies, have no order. */
export const tauText = (tau: number | null) => (tau === null ? '–' : tau.toFixed(2).replace('-', '−'));
