import type { Candidate, Survival } from './candidate.ts';
import { lexicographic, nonDominatedFronts } from './nonDominated.ts';

/**
 * The survival of NSGA-II (Deb, Pratap, Agarwal, Meyarivan, 2002): by front, then by descending crowding distance
 * within the front. As published, distances are taken once in the whole front and not again while it is cut. Candidates
 * equal in both keep the order of the input.
 */
export function nsga2Survival(): Survival {
  return {
    select<T extends Candidate>(population: readonly T[], count: number): T[] {
      const survivors: T[] = [];
      for (const front of nonDominatedFronts(population)) {
        if (survivors.length >= count) break;
        const distances = crowdingDistances(front);
        const order = [...front.keys()].sort((i, j) => descending(distances[i], distances[j]) || i - j);
        survivors.push(...order.map((i) => front[i]));
      }
      return survivors.slice(0, count);
    },
  };
}

/**
 * For each candidate of one front the sum over the objectives of the gap between its neighbours, as a share of the
 * front's range (section III-B); Infinity for the ends of each objective. Of equal candidates only the first takes
 * part and the rest get 0: as published, they would keep each other alive at the ends of the front. Other ties in one
 * objective are ordered by the remaining ones, so that the distances do not depend on the order of the input.
 */
export function crowdingDistances(front: readonly Candidate[]): number[] {
  const distances = new Array<number>(front.length).fill(0);
  const distinct = [...front.keys()]
    .sort((i, j) => lexicographic(front[i].objectives, front[j].objectives) || i - j)
    .filter((index, i, all) => i === 0
      || lexicographic(front[index].objectives, front[all[i - 1]].objectives) !== 0);
  const objectives = front[0]?.objectives.length ?? 0;
  for (let k = 0; k < objectives; k++) {
    const value = (i: number) => front[order[i]].objectives[k];
    const order = [...distinct].sort((i, j) => front[i].objectives[k] - front[j].objectives[k]);
    const last = order.length - 1;
    const range = value(last) - value(0);
    if (range === 0 && last > 0) continue;
    distances[order[0]] = distances[order[last]] = Infinity;
    for (let i = 1; i < last; i++) distances[order[i]] += (value(i + 1) - value(i - 1)) / range;
  }
  return distances;
}

/** Subtraction would turn two infinite distances into NaN. */
function descending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1;
}
