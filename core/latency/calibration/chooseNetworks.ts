import type { Random } from '../../base/random.ts';
import type { Block } from '../../network/blocks.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { dot } from '../linearAlgebra.ts';
import { columnsOf, designOf, gridsOf, relativeRows } from './design.ts';
import type { KnownDevice } from './design.ts';
import { startingFrom } from './firstGuess.ts';
import type { FirstGuess } from './firstGuess.ts';
import { deviationsOf } from './prior.ts';

/** What the choice is made from, and whom it has to serve. */
const counts = { candidates: 400, reference: 300 } as const;
const candidateDeals = { uniform: 0.6, pushed: 0.4 } as const;
/** Standard deviation of a measurement about the model that the choice reckons with. */
const noise = 0.01;
/** With this many, the space's ends are worth one measurement each: they bound what is in range. */
const leastForEnds = 8;

/**
 * The architectures whose measurements tell most about the space's others. Before anything is measured, the fit's prior
 * (prior.ts) says how uncertain the latency of every architecture is, and how much a measurement of one would tell about
 * each other one, whatever it gives. Greedily, each choice is the one that lowers the mean variance of the reference
 * architectures most (I-optimal design: Atkinson, Donev and Tobias, Optimum Experimental Designs, 2007).
 * @param known devices that the fit will start from
 * @returns distinct architectures, the most telling first
 */
export function chooseNetworks<A>(
  space: SearchSpace<A>, count: number, classes: number, random: Random, known: readonly KnownDevice[] = [],
): A[] {
  const sampled = random.fork('reference');
  const reference = Array.from({ length: counts.reference }, () => space.sample(sampled));
  const candidates = distinct(space, candidatesOf(space, Math.max(counts.candidates, 2 * count), random.fork('candidates')));
  const blocksOf = (arch: A) => space.lower(arch, { classes }).blocks;
  const ends = count < leastForEnds ? [] : [0, 1];
  const [candidateBlocks, referenceBlocks] = [candidates.map(blocksOf), reference.map(blocksOf)];
  const start = startingFrom(known, [...candidateBlocks, ...referenceBlocks].flat());
  return mostTelling(candidateBlocks, referenceBlocks, count, start, ends).map((i) => candidates[i]);
}

/** The space's ends first, then uniform draws and draws pushed towards either end. */
function candidatesOf<A>(space: SearchSpace<A>, count: number, random: Random): A[] {
  const pushed = Array.from({ length: Math.round(candidateDeals.pushed * count) }, () => {
    const arch = space.sample(random);
    if (random.chance(0.5)) return space.crossover(arch, space.largest, random);
    return space.mutate(arch, random, { depth: 0.5, choice: 0.5, uniform: 0 });
  });
  const uniform = Array.from({ length: Math.round(candidateDeals.uniform * count) }, () => space.sample(random));
  return [space.smallest, space.largest, ...uniform, ...pushed];
}

const distinct = <A>(space: SearchSpace<A>, archs: readonly A[]): A[] => [...new Map(archs.map((arch) => [space.key(arch), arch])).values()];

/**
 * Places of the candidates that tell most, in the order of their choice.
 * @param start what the fit will start from
 * @param first places that are chosen before the others
 */
export function mostTelling(
  candidates: readonly (readonly Block[])[], reference: readonly (readonly Block[])[], count: number, { devices, prior }: FirstGuess,
  first: readonly number[] = [],
): number[] {
  const design = designOf([...candidates, ...reference], devices);
  const places = design.rows.map((_, i) => i);
  const relative = relativeRows(design, places, design.rows.map((row) => row.reduce((sum, { ms }) => sum + ms, 0)), devices.map(() => 1));
  const features = deviationsOf(columnsOf(relative, []), gridsOf(relative, design.columns.map(() => 1)), design.columns, prior);
  // What a candidate has in common with everybody, given the measurements of those chosen so far.
  const shared = candidates.map((_, i) => Float64Array.from(features, (other) => dot(features[i], other)));
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, candidates.length)) {
    const next = chosen.length < first.length ? first[chosen.length] : bestCandidate(shared, chosen);
    chosen.push(next);
    const told = shared[next].slice();
    const variance = told[next] + noise ** 2;
    shared.forEach((row, i) => {
      const share = told[i] / variance;
      for (let j = 0; j < row.length; j++) row[j] -= share * told[j];
    });
  }
  return chosen;
}

function bestCandidate(shared: readonly Float64Array[], chosen: readonly number[]): number {
  let [best, most] = [-1, -Infinity];
  shared.forEach((row, i) => {
    if (chosen.includes(i)) return;
    let told = 0;
    for (let j = shared.length; j < row.length; j++) told += row[j] ** 2;
    const value = told / (row[i] + noise ** 2);
    if (value > most) [best, most] = [i, value];
  });
  return best;
}
