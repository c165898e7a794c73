import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Network } from '../../network/network.ts';
import { proxyIdOf } from '../../scoring/catalogue.ts';
import { SeedContext } from '../../scoring/context.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { scoreNetwork, type Score } from '../../scoring/score.ts';
import type { Estimate } from '../../search/autoScaling/ranking.ts';
import type { Measure } from '../../search/measure.ts';
import type { ScoringPlan } from '../scoring/plan.ts';

/** @throws InputError `unknown-proxy` */
export function measuresOf(ids: readonly string[]): Measure[] {
  return ids.map(getProxy).map(({ id, direction }) => ({ name: id, better: direction }));
}

export const timesText = (repeats: number) => (repeats === 1 ? 'taken once each' : `taken ${repeats} times each`);

export interface TopologyMeter {
  measure(network: Network): TopologyEstimate;
}

export interface TopologyEstimate {
  /** One for each measure, over all repeats; null where it could not be taken. */
  readonly estimates: readonly (Estimate | null)[];
  /** Multiply-accumulates that were executed. */
  readonly macs: number;
}

/**
 * Measures networks by proxies, each with `repeats` seeds. Inputs are drawn once for a seed and are the same for all
 * networks, as in the release; weights are fresh ones of the seed.
 * @throws InputError `unknown-proxy`
 */
export function topologyMeter(engine: Engine, ids: readonly string[], repeats: number, seed: number): TopologyMeter {
  const proxies = ids.map(getProxy);
  const contexts = repeatSeeds(repeats, seed).map((one) => new SeedContext({ engine, random: new Random(one) }));
  return { measure: (network) => topologyEstimate(scoreNetwork(proxies, network, contexts)) };
}

/** How threads measure just the same. @throws InputError `unknown-proxy` */
export function measuringPlan({ space, measures, repeats, seed }: { space: string; measures: readonly string[]; repeats: number; seed: number }): ScoringPlan {
  return { space, proxies: measures.map(proxyIdOf), seeds: repeatSeeds(repeats, seed), weights: 'fresh' };
}

/** @param scores of one network, by each measure */
export function topologyEstimate(scores: readonly Score[]): TopologyEstimate {
  return { estimates: scores.map(estimateOf), macs: scores.reduce((sum, { macs }) => sum + macs, 0) };
}

const repeatSeeds = (repeats: number, seed: number) => Array.from({ length: repeats }, (_, i) => `${seed}/repeat/${i}`);

/** Of one seed, what the measure says of itself; of several, what their values say. */
function estimateOf({ value, spread, perSeed, invalid }: Score): Estimate | null {
  if (invalid !== undefined) return null;
  return { mean: value, standardError: spread === undefined ? perSeed[0].standardError ?? 0 : spread / Math.sqrt(perSeed.length) };
}
