import type { Random } from '../../base/random.ts';

/** What an optimiser sees of a solution. All objectives are minimised. */
export interface Candidate {
  readonly objectives: readonly number[];
  /** How far the constraints are missed, summed over them in units of the caller's choice; 0 means feasible. */
  readonly violation: number;
}

/** The rule by which a population is cut back to its size, and so the whole difference between the optimisers. */
export interface Survival {
  /** The `count` survivors, or all when there are fewer, best first: tournaments go by the place in this list. */
  select<T extends Candidate>(population: readonly T[], count: number, random: Random): T[];
}

/**
 * Constraint domination (Deb et al., 2002, section VI): feasible before infeasible, of two infeasible ones the smaller
 * violation, of two feasible ones Pareto dominance. Equal candidates do not dominate each other.
 */
export function constrainedDominates(a: Candidate, b: Candidate): boolean {
  if (a.violation > 0 || b.violation > 0) return a.violation < b.violation;
  return weaklyDominates(a.objectives, b.objectives) && !weaklyDominates(b.objectives, a.objectives);
}

/** True when `a` is nowhere larger than `b`. */
export function weaklyDominates(a: readonly number[], b: readonly number[]): boolean {
  for (let k = 0; k < a.length; k++) if (a[k] > b[k]) return false;
  return true;
}

/** @throws RangeError when objectives are not finite or not equally many, or a violation is negative or NaN. */
export function checkCandidates(candidates: readonly Candidate[]): void {
  for (const [index, { objectives, violation }] of candidates.entries()) {
    if (objectives.length === 0 || objectives.length !== candidates[0].objectives.length) {
      throw new RangeError(`Candidate ${index} has ${objectives.length} objectives; ` +
        `all must have the same number, at least one.`);
    }
    if (!objectives.every(Number.isFinite)) {
      throw new RangeError(`The objectives of candidate ${index} are not all finite: ${objectives.join(', ')}.`);
    }
    if (!(violation >= 0)) {
      throw new RangeError(`The violation of candidate ${index} is ${violation}; it must be 0 (feasible) or larger.`);
    }
  }
}
