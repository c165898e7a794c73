import type { Candidate, Survival } from './candidate.ts';
import { fittedExponent, normalisation } from './frontGeometry.ts';
import { nonDominatedFronts } from './nonDominated.ts';

/**
 * The survival of AGE-MOEA-II (Panichella, 2022): by front; within the first front by how far apart candidates lie along
 * a surface fitted to the front, sum(x_k^p) = 1 in normalised objectives; within later fronts by their closeness to the
 * ideal point. It needs no reference directions, so fronts of fewer dimensions than objectives cost it nothing.
 *
 * One addition: besides the front's corners, which lie nearest to the axes, the best candidate of each objective is
 * always kept. Where objectives go together, as the latencies of several phones do, these are not the same.
 *
 * Meant for three and more objectives that conflict with each other, where NSGA-II loses its way. Where all but one go
 * together, so that the front is hardly more than a curve, NSGA-II reaches its ends sooner.
 */
export function ageMoea2Survival(): Survival {
  return {
    select<T extends Candidate>(population: readonly T[], count: number): T[] {
      const fronts = nonDominatedFronts(population);
      if (fronts.length === 0) return [];
      const { ideal, scale, corners } = normalisation(fronts[0].map(({ objectives }) => objectives));
      const normalised = (one: Candidate) => one.objectives.map((value, k) => (value - ideal[k]) / scale[k]);
      const first = fronts[0].map(normalised);
      const exponent = fittedExponent(first, corners);
      const survivors = spreadOrder(first, corners, exponent, count).map((i) => fronts[0][i]);
      for (const front of fronts.slice(1)) {
        if (survivors.length >= count) break;
        const lengths = front.map((one) => norm(normalised(one).map(Math.abs), exponent));
        const order = [...front.keys()].sort((i, j) => lengths[i] - lengths[j] || i - j);
        survivors.push(...order.map((i) => front[i]));
      }
      return survivors.slice(0, count);
    },
  };
}

/**
 * At most `count` points of a normalised front in the order of the survival score: the corners, then
 * each time the point with the largest sum of distances to the two nearest chosen ones, over its own distance from the
 * ideal point. O(count n m).
 */
function spreadOrder(
  front: readonly (readonly number[])[],
  corners: readonly number[],
  exponent: number,
  count: number,
): number[] {
  const m = front[0].length;
  const lengths = front.map((point) => norm(point, exponent) || 1);
  const surface = Float64Array.from(front.flatMap((point, i) => point.map((value) => value / lengths[i])));
  const middle = new Float64Array(m);
  const nearest = new Float64Array(front.length).fill(Infinity);
  const second = new Float64Array(front.length).fill(Infinity);
  const open = [...front.keys()];
  const order: number[] = [];

  const choose = (place: number) => {
    const index = open[place];
    order.push(index);
    open.splice(place, 1);
    for (const i of open) {
      // The straight line is never longer, costs no powers, and is too long already for most.
      if (chord(surface, i * m, index * m, m) >= second[i] * lengths[i]) continue;
      const distance = geodesic(surface, i * m, index * m, exponent, middle) / lengths[i];
      if (distance < nearest[i]) {
        second[i] = nearest[i];
        nearest[i] = distance;
      } else if (distance < second[i]) {
        second[i] = distance;
      }
    }
  };
  for (const corner of corners) choose(open.indexOf(corner));
  while (open.length > 0 && order.length < count) {
    let best = 0;
    let bestScore = -Infinity;
    for (let place = 0; place < open.length; place++) {
      const i = open[place];
      const score = nearest[i] + (second[i] === Infinity ? 0 : second[i]);
      if (score > bestScore) [best, bestScore] = [place, score];
    }
    choose(best);
  }
  return order.slice(0, count);
}

/**
 * The length of the way between two points of the surface, those at `a` and `b`, by way of their middle lifted onto it
 *. `middle` is room for it: this is called for every pair.
 */
function geodesic(surface: Float64Array, a: number, b: number, exponent: number, middle: Float64Array): number {
  for (let k = 0; k < middle.length; k++) middle[k] = (surface[a + k] + surface[b + k]) / 2;
  const length = norm(middle, exponent) || 1;
  let toMiddle = 0;
  let fromMiddle = 0;
  for (let k = 0; k < middle.length; k++) {
    toMiddle += (middle[k] / length - surface[a + k]) ** 2;
    fromMiddle += (middle[k] / length - surface[b + k]) ** 2;
  }
  return Math.sqrt(toMiddle) + Math.sqrt(fromMiddle);
}

function chord(surface: Float64Array, a: number, b: number, objectives: number): number {
  let sum = 0;
  for (let k = 0; k < objectives; k++) sum += (surface[a + k] - surface[b + k]) ** 2;
  return Math.sqrt(sum);
}

function norm(point: ArrayLike<number>, exponent: number): number {
  let sum = 0;
  for (let k = 0; k < point.length; k++) sum += point[k] ** exponent;
  return sum ** (1 / exponent);
}
