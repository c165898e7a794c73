import type { Random } from '../../base/random.ts';
import type { Variation } from './evolve.ts';

export interface RealVariationSettings {
  /** Probability that two parents are recombined at all. */
  readonly crossoverProbability: number;
  /** Distribution index of simulated binary crossover; larger stays closer to the parents. */
  readonly crossoverIndex: number;
  /** Probability that a variable mutates; 1 / variables when absent. */
  readonly mutationProbability?: number;
  /** Distribution index of polynomial mutation; larger stays closer. */
  readonly mutationIndex: number;
}

/** The settings of NSGA-II's paper (Deb et al., 2002). */
export const NSGA2_REAL_VARIATION: RealVariationSettings = {
  crossoverProbability: 0.9, crossoverIndex: 20, mutationIndex: 20,
};

/**
 * Variation of vectors of reals within bounds: simulated binary crossover, which recombines half of the variables and
 * takes the others from one parent, and polynomial mutation.
 * @throws RangeError when bounds do not fit.
 */
export function realVariation(
  lower: readonly number[],
  upper: readonly number[],
  settings: RealVariationSettings = NSGA2_REAL_VARIATION,
): Variation<readonly number[]> {
  if (lower.length !== upper.length || !lower.every((low, i) => low < upper[i])) {
    throw new RangeError('Each variable needs a lower bound below its upper bound.');
  }
  const mutationProbability = settings.mutationProbability ?? 1 / lower.length;
  return {
    sample: (random) => lower.map((low, i) => low + (upper[i] - low) * random.uniform()),
    mutate: (genome, random) => genome.map((value, i) => (random.chance(mutationProbability)
      ? polynomialMutation(value, lower[i], upper[i], settings.mutationIndex, random) : value)),
    crossover(a, b, random) {
      if (!random.chance(settings.crossoverProbability)) return random.choice([a, b]);
      const [near, far] = random.chance(0.5) ? [a, b] : [b, a];
      return near.map((value, i) => (random.chance(0.5)
        ? simulatedBinary(value, far[i], lower[i], upper[i], settings.crossoverIndex, random) : value));
    },
  };
}

/**
 * One of the two values that simulated binary crossover makes of two parents' (Deb and Agrawal, 1995, in the form for
 * bounded variables), each with equal chance.
 */
function simulatedBinary(
  a: number, b: number, lower: number, upper: number, index: number, random: Random,
): number {
  if (Math.abs(a - b) < 1e-14) return a;
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  const downwards = random.chance(0.5);
  const room = downwards ? low - lower : upper - high;
  const alpha = 2 - (1 + 2 * room / (high - low)) ** -(index + 1);
  const u = random.uniform();
  const spread = (u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha)) ** (1 / (index + 1));
  const child = 0.5 * (low + high + (downwards ? -spread : spread) * (high - low));
  return Math.min(upper, Math.max(lower, child));
}

/** Polynomial mutation (Deb and Goyal, 1996) in the form that never leaves the bounds. */
function polynomialMutation(value: number, lower: number, upper: number, index: number, random: Random): number {
  const range = upper - lower;
  const u = random.uniform();
  const power = 1 / (index + 1);
  const step = u < 0.5
    ? (2 * u + (1 - 2 * u) * (1 - (value - lower) / range) ** (index + 1)) ** power - 1
    : 1 - (2 * (1 - u) + (2 * u - 1) * (1 - (upper - value) / range) ** (index + 1)) ** power;
  return Math.min(upper, Math.max(lower, value + step * range));
}
