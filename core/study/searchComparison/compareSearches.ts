import { Random } from '../../base/random.ts';
import { advance, createSearch, nextCandidates } from '../../search/evolution.ts';
import { hypervolume, igdPlus } from '../../search/indicators.ts';
import { valid } from '../../search/objective.ts';
import { paretoFront } from '../../search/pareto.ts';
import type { ParetoPoint } from '../../search/pareto.ts';
import type { LatencyInterval } from '../../search/problem.ts';
import { referencePoints } from '../../search/referencePoints.ts';
import { searchSettingsSchema } from '../../search/settings.ts';
import type { SearchSettingsInput } from '../../search/settings.ts';
import type { KnownProblem } from './knownProblem.ts';

export interface SearchQuality {
  /** Of the true accuracies of what looks best, as a share of the exhaustive front's; mean over the devices. */
  readonly hypervolumeRatio: number;
  /** To the exhaustive front, both objectives scaled to its range; mean over the devices. */
  readonly igdPlus: number;
  /** First evaluations after which the ratio is so large; null if it never is. */
  readonly evaluationsTo95Percent: number | null;
  readonly evaluationsTo99Percent: number | null;
}

export interface ComparedSearch {
  readonly name: string;
  /** One for each seed. */
  readonly runs: readonly SearchQuality[];
}

/**
 * 20 + 25 x 8 evaluations for every search. So few at first, because 60 that are spread over the latency range reach 95 % by
 * themselves, whatever the search does afterwards.
 */
const rounds = 25;
const perRound = 8;
const initialPopulation = 20;
export const evaluationsPerSearch = initialPopulation + rounds * perRound;

/**
 * What served evolution best among 54 combinations of its first population (20, 40, 60), children (8, 20) and parents
 * (10, 20, 40) and of three mutations, by the median of the final ratio over the seeds 1 to 5. A mutation to the least value,
 * which the published rates prefer, suits this small space less.
 */
const evolution = { initialPopulation, generations: rounds, parents: 20, mutations: perRound / 2, crossovers: perRound / 2 };
const mutation = { depth: 0.2, choice: 0.2, uniform: 1 };
const insidePredictor = { initialPopulation, rounds, evaluationsPerRound: perRound, predictorGenerations: 20, predictorPopulation: 60 };

const searches: Readonly<Record<string, SearchSettingsInput>> = {
  random: { algorithm: 'random', evaluations: evaluationsPerSearch },
  evolution: { ...evolution, mutation },
  nsga2: { algorithm: 'nsga2', ...insidePredictor, mutation },
  'age-moea-ii': { algorithm: 'age-moea-ii', ...insidePredictor, mutation },
};

export const comparedSearches = Object.keys(searches);

export interface ComparisonOptions {
  readonly seeds: readonly number[];
  /** That an accuracy is counted on. */
  readonly images: number;
  /** Of `comparedSearches`; without it all. */
  readonly names?: readonly string[];
  readonly onRun?: (name: string, seed: number) => void;
}

/** Runs every search with the same number of evaluations, or with all architectures where there are fewer. */
export function compareSearches(known: KnownProblem, { seeds, images, names = comparedSearches, onRun }: ComparisonOptions): ComparedSearch[] {
  return names.map((name) => ({
    name,
    runs: seeds.map((seed) => {
      onRun?.(name, seed);
      return quality(known, searched(known, searches[name], images, seed));
    }),
  }));
}

interface Evaluation {
  readonly arch: unknown;
  readonly latencies: readonly LatencyInterval[];
  /** Measured accuracy. */
  readonly value: number;
}

function searched(known: KnownProblem, settings: SearchSettingsInput, images: number, seed: number): readonly Evaluation[] {
  const { problem } = known;
  let state = createSearch(problem, searchSettingsSchema.parse(settings), new Random(seed));
  while (!state.done) {
    state = advance(problem, state, nextCandidates(state)
      .map(({ key, arch }) => ({ key, value: known.measuredAccuracy(arch, images, seed) })));
  }
  return valid(state.archive);
}

function quality(known: KnownProblem, evaluations: readonly Evaluation[]): SearchQuality {
  const { problem, fronts } = known;
  const references = referencePoints(problem, []);
  const best = fronts.map((front, device) => hypervolume(front, references[device]));
  const truth = new Map(evaluations.map(({ arch }) => [arch, known.trueAccuracy(arch)]));
  const found = (count: number, device: number) => paretoFront(evaluations.slice(0, count)
    .map(({ arch, value, latencies }) => ({ arch, value, latencyMs: latencies[device].latencyMs })))
    .map(({ arch, latencyMs }) => ({ latencyMs, value: truth.get(arch)! }));
  const ratio = (count: number) => mean(fronts.map((_, device) => hypervolume(found(count, device), references[device]) / best[device]));
  const ratios = evaluations.map((_, i) => ratio(i + 1));
  // Lucky accuracies can replace what is truly better, so a ratio may fall again; what counts is that it was reached.
  const evaluationsTo = (target: number) => ratios.findIndex((value) => value >= target) + 1 || null;
  return {
    hypervolumeRatio: ratios[ratios.length - 1],
    igdPlus: mean(fronts.map((front, device) => igdPlus(found(evaluations.length, device), front, rangeOf(front)))),
    evaluationsTo95Percent: evaluationsTo(0.95),
    evaluationsTo99Percent: evaluationsTo(0.99),
  };
}

function rangeOf(front: readonly ParetoPoint[]): ParetoPoint {
  const last = front[front.length - 1];
  return { latencyMs: last.latencyMs - front[0].latencyMs, value: last.value - front[0].value };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
