import type { Survival } from '../multiobjective/candidate.ts';
import { ageMoea2Survival } from '../multiobjective/ageMoea2.ts';
import { nsga2Survival } from '../multiobjective/nsga2.ts';
import type { SearchSettings } from '../settings.ts';

type PredictorAlgorithm = Exclude<SearchSettings['algorithm'], 'evolution' | 'random'>;

const survivals: Readonly<Record<PredictorAlgorithm, () => Survival>> = {
  nsga2: nsga2Survival, 'age-moea-ii': ageMoea2Survival,
};

/** The optimiser that a search runs inside its predictor. */
export function survivalOf(algorithm: SearchSettings['algorithm']): Survival {
  if (algorithm === 'evolution' || algorithm === 'random') throw new RangeError(`The algorithm ${algorithm} evaluates every architecture; no predictor takes part.`);
  return survivals[algorithm]();
}
