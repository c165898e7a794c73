import { studentQuantile } from '../../base/distributions.ts';
import type { Interval } from '../../base/bootstrap.ts';
import { kendallTau } from '../../base/rankStatistics.ts';
import { spreadOf, type Spread } from '../../base/spread.ts';
import { paretoFront } from '../../search/pareto.ts';
import type { DeviceReport, NetworkReport, TransferReport } from './report.ts';
import type { TransferResult } from './runTransfer.ts';
import type { TransferSettings } from './transferFile.ts';
import type { TransferPlan, TransferredNetwork } from './transferPlan.ts';

/**
 * Accuracy against latency after a transfer, on each device, beside the accuracies before. Networks of which no run has ended yet are left out.
 * @param finished one at least
 * @param runs that there are in all
 */
export function summariseTransfer({ name, preset, training: { freeze } }: TransferSettings, plan: TransferPlan, finished: readonly TransferResult[], runs: number): TransferReport {
  const resultsOf = ({ id }: { id: string }) => finished.filter(({ network }) => network.id === id);
  const networks = plan.networks.filter((network) => resultsOf(network).length > 0).map((network) => networkReport(network, resultsOf(network)));
  const [{ result: { data, latencies } }] = finished;
  return {
    format: 'pocketformer-transfer', version: 1, name, study: plan.study, space: plan.space, runs, finishedRuns: finished.length, freeze, preset: preset ?? null, data, networks,
    devices: latencies.map(({ device }) => deviceReport(device, plan.budgets.find((budget) => budget.device === device)?.maxMs, networks, finished)),
    tau: tauOf(networks),
  };
}

function networkReport({ id, key, name, arch, devices, accuracy: accuracyBefore }: TransferredNetwork, finished: readonly TransferResult[]): NetworkReport {
  const accuracy = spreadOf(finished.map(({ result }) => result.evaluation.accuracy));
  const [{ result: { macs, params } }] = finished;
  return {
    id, key, ...(name === undefined ? {} : { name }), arch, winnerOn: devices, accuracyBefore, accuracy, interval: intervalOf(accuracy),
    runs: finished.map(({ seed, result }) => ({ seed, accuracy: result.evaluation.accuracy, directory: `runs/${id}-seed-${seed}` })), macs, params,
  };
}

function intervalOf({ mean, deviation, seeds }: Spread): Interval | null {
  if (deviation === null) return null;
  const half = studentQuantile(0.95, seeds - 1) * deviation / Math.sqrt(seeds);
  return { low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}

function deviceReport(device: string, maxMs: number | undefined, networks: readonly NetworkReport[], finished: readonly TransferResult[]): DeviceReport {
  const rows = networks.map(({ id, accuracy, winnerOn, runs }) => {
    const { latencyMs, lowMs, highMs } = finished.find(({ network }) => network.id === id)!.result.latencies.find((latency) => latency.device === device)!;
    return { id, latencyMs, lowMs, highMs, value: accuracy.mean, runs, isWinner: winnerOn.includes(device), withinBudget: maxMs === undefined || latencyMs <= maxMs };
  });
  const fitting = rows.filter(({ withinBudget }) => withinBudget);
  const front = new Set(paretoFront(fitting).map(({ id }) => id));
  const seeds = [...new Set(finished.map(({ seed }) => seed))];
  const frontsBySeed = seeds.map((seed) => paretoFront(fitting.flatMap(({ id, latencyMs, runs }) => (
    runs.filter((run) => run.seed === seed).map(({ accuracy: value }) => ({ id, latencyMs, value }))))));
  return {
    device, ...(maxMs === undefined ? {} : { maxMs }), tau: tauOf(networks.filter(({ winnerOn }) => winnerOn.includes(device))),
    rows: rows.map(({ id, latencyMs, lowMs, highMs, withinBudget, isWinner }) => ({
      id, latencyMs, lowMs, highMs, withinBudget, isWinner, onFront: front.has(id), frontSeeds: frontsBySeed.filter((each) => each.some((point) => point.id === id)).length,
    })).sort((a, b) => a.latencyMs - b.latencyMs),
  };
}

/** How far the order of accuracies survives. */
function tauOf(networks: readonly NetworkReport[]): number | null {
  const tau = kendallTau(networks.map(({ accuracyBefore }) => accuracyBefore), networks.map(({ accuracy }) => accuracy.mean));
  return Number.isNaN(tau) ? null : tau;
}
