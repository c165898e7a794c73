import { proxyIdOf } from '../../scoring/catalogue.ts';
import { getProxy } from '../../scoring/proxies.ts';
import type { Score } from '../../scoring/score.ts';
import type { Estimate } from '../../search/autoScaling/ranking.ts';
import type { Measure } from '../../search/measure.ts';
import { scoreArchitectures } from '../scoring/scoreArchitectures.ts';
import { startScoringWorkers } from '../scoring/scoringWorkers.ts';

/** @throws InputError `unknown-proxy` */
export function measuresOf(ids: readonly string[]): Measure[] {
  return ids.map(getProxy).map(({ id, direction }) => ({ name: id, better: direction }));
}

export const timesText = (repeats: number) => (repeats === 1 ? 'taken once each' : `taken ${repeats} times each`);

export interface TopologyMeter {
  /** In the order of the architectures, as they come. @throws CancelledError, and what scoring throws */
  measure(archs: readonly unknown[], signal?: AbortSignal): AsyncGenerator<TopologyEstimate>;
  close(): Promise<void>;
}

export interface TopologyEstimate {
  /** One for each measure, over all repeats; null where it could not be taken. */
  readonly estimates: readonly (Estimate | null)[];
  /** Multiply-accumulates that were executed. */
  readonly macs: number;
  /** Of one of several that are measured side by side: its share of the time. */
  readonly seconds: number;
}

export interface MeterOptions {
  /** What runs networks. */
  readonly engine: string;
  /** All processors unless given. */
  readonly threads?: number;
  /** Whether architectures come one by one, so that one at a time gets all threads; otherwise each thread takes one. */
  readonly oneByOne?: true;
}

/**
 * Measures architectures by proxies, each with `repeats` seeds from the plan's on. Inputs are drawn once for a seed and are the
 * same for all networks, as in the release; weights are fresh ones of the seed.
 * @throws InputError `unknown-proxy`, and as `startScoringWorkers`
 */
export async function startTopologyMeter(
  { space, measures, repeats, seed }: { readonly space: string; readonly measures: readonly string[]; readonly repeats: number; readonly seed: number },
  { engine, threads, oneByOne }: MeterOptions,
): Promise<TopologyMeter> {
  const plan = { space, proxies: measures.map(proxyIdOf), seeds: Array.from({ length: repeats }, (_, i) => seed + i), weights: 'fresh' } as const;
  const workers = await startScoringWorkers({ plan, engine, threads, width: oneByOne && 1 });
  return {
    async *measure(archs, signal) {
      for await (const portion of scoreArchitectures(archs, workers, { signal })) {
        for (const { scores, ms } of portion) {
          yield { estimates: scores.map(estimateOf), macs: scores.reduce((sum, { macs }) => sum + macs, 0), seconds: ms / 1000 };
        }
      }
    },
    close: () => workers.close(),
  };
}

/** Of one seed, what the measure says of itself; of several, what their values say. */
function estimateOf({ value, spread, perSeed, invalid }: Score): Estimate | null {
  if (invalid !== undefined) return null;
  return { mean: value, standardError: spread === undefined ? perSeed[0].standardError ?? 0 : spread / Math.sqrt(perSeed.length) };
}
