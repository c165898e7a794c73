import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { sampleWithin } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/index.ts';

/** An acceptance rate below `probeHits` in `probeDraws` makes a range rare. */
const probeDraws = 5_000;
const probeHits = 5;
const maxUniformTries = 100_000;
const maxBiasedTries = 40_000;

export interface Sampling<A> {
  /** False when what is wanted is too rare among uniform draws, so that proposals are biased. */
  readonly isUniform: boolean;
  /** @throws InputError `nothing-found` after a bounded number of tries */
  next(): A;
}

/**
 * Draws architectures, with repetition, that `accept` lets through. They are uniform among those (rejection of uniform
 * draws) if at least one uniform draw in 1000 passes. Otherwise each proposal is a uniform draw pushed towards the
 * smallest or the largest architecture by a random amount, which spreads proposals over all sizes.
 * The same generator gives the same sequence, however many are taken.
 */
export function startSampling<A>(space: SearchSpace<A>, random: Random, accept: (arch: A) => boolean): Sampling<A> {
  const isUniform = passesOftenEnough(space, random.fork('probe'), accept);
  const draws = random.fork('draws');
  const next = () => (isUniform
    ? sampleWithin(space, draws, accept, maxUniformTries)
    : firstAccepted(() => propose(space, draws), accept, maxBiasedTries));
  return {
    isUniform,
    next() {
      const arch = next();
      if (arch === undefined) throw new InputError('nothing-found', nothingFound(space, isUniform));
      return arch;
    },
  };
}

function passesOftenEnough<A>(space: SearchSpace<A>, random: Random, accept: (arch: A) => boolean): boolean {
  let hits = 0;
  for (let i = 0; i < probeDraws && hits < probeHits; i++) {
    if (accept(space.sample(random))) hits++;
  }
  return hits === probeHits;
}

/** A uniform draw, pushed towards an end of the space by a random amount. */
function propose<A>(space: SearchSpace<A>, random: Random): A {
  let arch = space.sample(random);
  if (random.chance(0.5)) {
    const push = random.uniform();
    return space.mutate(arch, random, { depth: push, choice: push, uniform: 0 });
  }
  for (let times = random.integer(5); times > 0; times--) arch = space.crossover(arch, space.largest, random);
  return random.chance(0.5) ? arch : space.mutate(arch, random, { depth: 0.1, choice: 0.1, uniform: 1 });
}

function firstAccepted<A>(draw: () => A, accept: (arch: A) => boolean, maxTries: number): A | undefined {
  for (let i = 0; i < maxTries; i++) {
    const arch = draw();
    if (accept(arch)) return arch;
  }
  return undefined;
}

function nothingFound(space: SearchSpace, isUniform: boolean): string {
  const tries = (isUniform ? maxUniformTries : maxBiasedTries).toLocaleString('en-US');
  return `No architecture of ${space.id} within these limits was found in ${tries} tries; widen the limits.`;
}
