import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { sampleWithin } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/index.ts';

/** Fewer than `probeHits` in `probeDraws` make what is wanted rare. */
const probeDraws = 5_000;
const probeHits = 5;
const maxUniformTries = 100_000;
const maxClimbs = 100;
const maxClimbSteps = 100;

export interface Sampling<A> {
  /** False when what is wanted is too rare among uniform draws, so that proposals are biased. */
  readonly isUniform: boolean;
  /** @throws InputError `nothing-found` after a bounded number of tries */
  next(): A;
}

/**
 * Draws architectures, with repetition, that are within limits. If at least one uniform draw in 1000 is, they are uniform
 * among those (by rejection). Otherwise each starts as a uniform draw pushed towards the smallest or the largest
 * architecture by a random amount, which spreads them over all sizes, and is then changed at random as long as that
 * brings it nearer to the limits. The same generator gives the same sequence, however many are taken.
 *
 * @param excess how far an architecture is outside; 0 when it is within the limits
 */
export function startSampling<A>(space: SearchSpace<A>, random: Random, excess: (arch: A) => number): Sampling<A> {
  const accept = (arch: A) => excess(arch) === 0;
  const isUniform = passesOftenEnough(space, random.fork('probe'), accept);
  const draws = random.fork('draws');
  return {
    isUniform,
    next() {
      const arch = isUniform ? sampleWithin(space, draws, accept, maxUniformTries) : sampleRare(space, draws, excess);
      if (arch === undefined) {
        throw new InputError('nothing-found', `No architecture of ${space.id} was found within these limits, in many tries; widen them.`);
      }
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

function sampleRare<A>(space: SearchSpace<A>, random: Random, excess: (arch: A) => number): A | undefined {
  for (let climb = 0; climb < maxClimbs; climb++) {
    let arch = pushedDraw(space, random);
    let distance = excess(arch);
    for (let step = 0; step < maxClimbSteps && distance > 0; step++) {
      const changed = space.mutate(arch, random, { depth: 0.15, choice: 0.15, uniform: 1 });
      const changedDistance = excess(changed);
      if (changedDistance <= distance) [arch, distance] = [changed, changedDistance];
    }
    if (distance === 0) return arch;
  }
  return undefined;
}

/** A uniform draw, pushed towards an end of the space by a random amount. */
function pushedDraw<A>(space: SearchSpace<A>, random: Random): A {
  let arch = space.sample(random);
  if (random.chance(0.5)) {
    const push = random.uniform();
    return space.mutate(arch, random, { depth: push, choice: push, uniform: 0 });
  }
  for (let times = random.integer(5); times > 0; times--) arch = space.crossover(arch, space.largest, random);
  return arch;
}
