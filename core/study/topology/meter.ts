import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Network } from '../../network/network.ts';
import { SeedContext } from '../../scoring/context.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { scoreNetwork, type Score } from '../../scoring/score.ts';
import type { Estimate } from '../../search/autoScaling/ranking.ts';
import type { Measure } from '../../search/measure.ts';

/** @throws InputError `unknown-proxy` */
export function measuresOf(ids: readonly string[]): Measure[] {
  return ids.map(getProxy).map(({ id, direction }) => ({ name: id, better: direction }));
}

export const timesText = (repeats: number) => (repeats === 1 ? 'taken once each' : `taken ${repeats} times each`);

export interface TopologyMeter {
  /** @param known estimates of some measures, which are then not taken */
  measure(network: Network, known?: ReadonlyMap<string, Estimate>): TopologyEstimate;
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
  const contexts = Array.from({ length: repeats }, (_, i) => new SeedContext({ engine, random: new Random(`${seed}/repeat/${i}`) }));
  return {
    measure(network, known = new Map()) {
      const taken = proxies.filter(({ id }) => !known.has(id));
      const scores = scoreNetwork(taken, network, contexts);
      const estimates = new Map<string, Estimate | null>([...known, ...taken.map(({ id }, i) => [id, estimateOf(scores[i])] as const)]);
      return { estimates: proxies.map(({ id }) => estimates.get(id)!), macs: scores.reduce((sum, { macs }) => sum + macs, 0) };
    },
  };
}

/** Of one seed, what the measure says of itself; of several, what their values say. */
function estimateOf({ value, spread, perSeed, invalid }: Score): Estimate | null {
  if (invalid !== undefined) return null;
  return { mean: value, standardError: spread === undefined ? perSeed[0].standardError ?? 0 : spread / Math.sqrt(perSeed.length) };
}
