import { checkCandidates, weaklyDominates } from './candidate.ts';
import type { Candidate } from './candidate.ts';

/**
 * For each candidate the number of its front under constraint domination, 0 for the best. Infeasible candidates come
 * after all feasible ones, those of equal violation in one front. Equal candidates share a front.
 *
 * Efficient non-dominated sorting with binary search (ENS-BS: Zhang, Tian, Cheng, Jin, 2015): in lexicographic order
 * nothing is dominated by what comes later, so each candidate is compared with finished fronts only. O(n log n) for two
 * objectives; O(m n^2) at worst for more, when all lie in one front.
 * @throws RangeError for malformed candidates (`checkCandidates`).
 */
export function nonDominatedRanks(candidates: readonly Candidate[]): number[] {
  checkCandidates(candidates);
  const ranks = new Array<number>(candidates.length);
  const feasible = [...candidates.keys()].filter((i) => candidates[i].violation === 0);
  const order = feasible.sort((i, j) => lexicographic(candidates[i].objectives, candidates[j].objectives));
  const fronts: (readonly number[])[][] = [];
  let previous: number | undefined;
  for (const index of order) {
    const { objectives } = candidates[index];
    if (previous !== undefined && lexicographic(candidates[previous].objectives, objectives) === 0) {
      ranks[index] = ranks[previous];
      continue;
    }
    let low = 0;
    let high = fronts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (frontDominates(fronts[middle], objectives)) low = middle + 1;
      else high = middle;
    }
    (fronts[low] ??= []).push(objectives);
    ranks[index] = low;
    previous = index;
  }
  const violations = [...new Set(candidates.map(({ violation }) => violation).filter((v) => v > 0))];
  const place = new Map(violations.sort((a, b) => (a < b ? -1 : 1)).map((violation, i) => [violation, i]));
  for (const [index, { violation }] of candidates.entries()) {
    if (violation > 0) ranks[index] = fronts.length + place.get(violation)!;
  }
  return ranks;
}

/** The candidates of each front, best front first, within a front in the order of the input. */
export function nonDominatedFronts<T extends Candidate>(candidates: readonly T[]): T[][] {
  const fronts: T[][] = [];
  for (const [index, rank] of nonDominatedRanks(candidates).entries()) (fronts[rank] ??= []).push(candidates[index]);
  return Array.from(fronts);
}

/** The feasible candidates that no other dominates, in the order of the input; of equal ones all. */
export function nonDominated<T extends Candidate>(candidates: readonly T[]): T[] {
  const feasible = candidates.filter(({ violation }) => violation === 0);
  return nonDominatedFronts(feasible)[0] ?? [];
}

/** Ascending by the first objective, then by the second, and so on. */
export function lexicographic(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k] - b[k];
  return 0;
}

/** Whether a member dominates a point that comes later in lexicographic order and differs from all of them. */
function frontDominates(front: readonly (readonly number[])[], point: readonly number[]): boolean {
  // With one or two objectives the last member is the smallest in the last objective, so it speaks for all. With more
  // it still is the likeliest one.
  const first = point.length <= 2 ? front.length - 1 : 0;
  for (let i = front.length - 1; i >= first; i--) if (weaklyDominates(front[i], point)) return true;
  return false;
}
