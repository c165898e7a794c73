import type { Random } from '../../base/random.ts';
import type { Block } from '../../network/blocks.ts';
import { latencyKindOf } from '../features.ts';
import { kindMs } from '../kindModel.ts';
import type { CalibrationRows, Probe } from './calibrationRows.ts';
import type { KnownDevice } from './design.ts';
import { fitProblem, fitRows, kindsOfFit } from './fitMeasured.ts';
import type { Prior } from './prior.ts';

/** What is tried, as shares of what the fastest block takes. */
const shares = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9];
/** Rates are few, so that these tell them well enough. */
const mostProbes = 100;
/** A call counts where networks then take what their blocks add up to more evenly by at least this share. */
const leastGain = 0.05;

/**
 * What calling a session takes, whatever is in it, in ms. A block that is measured alone pays for it by itself, a network once for all of its blocks, so that blocks
 * add up to too much, and to the more the smaller they are. Of some values the one with which networks most evenly take what their blocks add up to, by rates that are
 * fitted to the blocks alone.
 * @returns 0 where no block was measured alone, or none of the values is clearly better
 */
export function callTime({ networks, probes }: Pick<CalibrationRows, 'networks' | 'probes'>, devices: readonly KnownDevice[], prior: Prior, random: Random): number {
  const alone = probes.filter(({ isShare }) => !isShare);
  if (alone.length === 0) return 0;
  const some = random.shuffled(alone).slice(0, mostProbes);
  const fastestMs = Math.min(...alone.map(({ latencyMs }) => latencyMs));
  const unevenness = (callMs: number) => {
    const problem = fitProblem(withoutCall(some, callMs), devices, prior, networks.map(({ blocks }) => blocks));
    const kinds = kindsOfFit(problem, fitRows(problem, some.map((_, i) => i)));
    const sum = (blocks: readonly Block[]) => blocks.reduce((ms, block) => ms + kindMs(kinds[latencyKindOf(block)]!, block), callMs);
    return deviation(networks.map(({ blocks, latencyMs }) => Math.log(latencyMs / sum(blocks))));
  };
  const tried = shares.map((share) => share * fastestMs).map((callMs) => ({ callMs, uneven: unevenness(callMs) }));
  const best = tried.reduce((a, b) => (b.uneven < a.uneven ? b : a));
  return best.uneven < (1 - leastGain) * unevenness(0) ? best.callMs : 0;
}

/** What the blocks take without the call. */
export function withoutCall(probes: readonly Probe[], callMs: number): Probe[] {
  return probes.map((probe) => (probe.isShare ? probe : { ...probe, latencyMs: probe.latencyMs - callMs }));
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
