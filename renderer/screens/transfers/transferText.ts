import type { OutputOf } from '../../../core/api/contract/contract.ts';
import type { Job, TransferRow } from '../../../core/api/contract/types.ts';
import { formatCount, formatDuration, formatMs, formatPercent, significant } from '../../format/index.ts';
import type { KeyValueItem } from '../../kit/index.ts';

export type TransferReport = NonNullable<OutputOf<'transfers.get'>['report']>;
export type TransferRun = TransferRow['runs'][number];

export const finishedRuns = ({ runs }: Pick<TransferRow, 'runs'>): number => runs.filter(({ status }) => status === 'finished').length;

/** The training that runs now, or that was last gone on with; undefined before the first. */
export function currentRun({ runs }: Pick<TransferRow, 'runs'>): TransferRun | undefined {
  return runs.find(({ status }) => status === 'running') ?? runs.find(({ status }) => status === 'interrupted' || status === 'failed')
    ?? runs.findLast(({ status }) => status === 'finished');
}

export const runTitle = ({ id, name, seed }: Pick<TransferRun, 'id' | 'name' | 'seed'>): string => `${name ?? id}, seed ${seed}`;

/** How a transfer that runs gets on. */
export function paceItems(job: Job, imagesPerSecond: number | undefined): KeyValueItem[] {
  return [
    { key: 'Done', value: `${job.done.toFixed(1)} of ${formatCount(job.total)} trainings` },
    ...(job.ratePerSecond === null ? [] : [{ key: 'Speed', value: `${significant(job.ratePerSecond * 3600)} trainings an hour${imagesPerSecond === undefined ? '' : `, ${significant(imagesPerSecond)} images/s`}` }]),
    { key: 'Time left', value: job.remainingSeconds === null ? 'Not known yet' : formatDuration(job.remainingSeconds) },
  ];
}

/** What a report is of, in one sentence. */
export function reportWords({ networks, data, finishedRuns: finished, runs, freeze, study }: TransferReport): string {
  const frozen = freeze === 'nothing' ? 'all weights trained' : freeze === 'backbone' ? 'only the classifier trained'
    : `the first ${Object.entries(freeze).map(([what, count]) => `${count} ${what}`).join('')} left as they were`;
  return `${formatCount(networks.length)} ${networks.length === 1 ? 'winner' : 'winners'} of ${study} on ${formatCount(data.classes.length)} classes, ${formatCount(data.trainImages)} training and `
    + `${formatCount(data.valImages)} validation images; ${frozen}. ${finished === runs ? `All ${formatCount(runs)} trainings are finished` : `${formatCount(finished)} of ${formatCount(runs)} trainings are finished, so this will change`}.`;
}

/** "0.67"; a dash where fewer than two networks, or equal accuracies, have no order. */
export const tauText = (tau: number | null): string => (tau === null ? '–' : tau.toFixed(2).replace('-', '−'));

/** A network on a device, before and after, as a table shows it. */
export interface ReportLine {
  readonly id: string;
  readonly name: string;
  readonly latency: string;
  readonly before: string;
  readonly after: string;
  readonly isWinner: boolean;
  /** On the front after the transfer, or why it cannot be. */
  readonly front: string;
  readonly seeds: string;
}

export function reportLines({ networks }: Pick<TransferReport, 'networks'>, { rows }: TransferReport['devices'][number]): ReportLine[] {
  return rows.map(({ id, latencyMs, lowMs, highMs, isWinner, onFront, withinBudget, frontSeeds }) => {
    const { name, accuracyBefore, accuracy, interval } = networks.find((network) => network.id === id)!;
    const spread = accuracy.deviation === null ? '' : ` ± ${(100 * accuracy.deviation).toFixed(1)}`;
    return {
      id, name: name ?? id, latency: `${formatMs(latencyMs)} (${formatMs(lowMs)} to ${formatMs(highMs)})`, before: formatPercent(accuracyBefore),
      after: `${(100 * accuracy.mean).toFixed(1)}${spread} %${interval === null ? '' : ` (${(100 * interval.low).toFixed(1)} to ${(100 * interval.high).toFixed(1)})`}`,
      isWinner, front: withinBudget ? onFront ? 'yes' : 'no' : 'too slow', seeds: `${frontSeeds} of ${accuracy.seeds}`,
    };
  });
}
