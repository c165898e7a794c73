import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { SearchSpace } from '../spaces/index.ts';
import { MacsSampler } from '../spaces/macsSampler.ts';
import type { AmountRange } from './amounts.ts';

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
 * Draws architectures, with repetition, that are within limits. Limits of MACs are met by drawing uniformly among all
 * architectures that keep them. If of these at least one in 1000 keeps the other limits, too, draws are uniform among those
 * (by rejection). Otherwise each starts as a uniform draw pushed towards the smallest or the largest architecture by a
 * random amount, which spreads them over all sizes, and is then changed at random as long as that brings it nearer to the
 * limits. The same generator gives the same sequence, however many are taken.
 *
 * @param excess how far an architecture is outside; 0 when it is within the limits
 */
export function startSampling<A>(space: SearchSpace<A>, random: Random, macs: AmountRange | undefined, excess: (arch: A) => number): Sampling<A> {
  const propose = macs === undefined ? (from: Random) => space.sample(from) : samplerWithin(space, macs);
  const accept = (arch: A | undefined): arch is A => arch !== undefined && excess(arch) === 0;
  const isUniform = passesOftenEnough(propose, random.fork('probe'), accept);
  const draws = random.fork('draws');
  return {
    isUniform,
    next() {
      const arch = isUniform ? firstAccepted(propose, draws, accept) : sampleRare(space, draws, excess);
      if (arch === undefined) {
        throw new InputError('nothing-found', `No architecture of ${space.id} was found within these limits, in many tries; widen them.`);
      }
      return arch;
    },
  };
}

type Proposals<A> = (random: Random) => A | undefined;

function samplerWithin<A>(space: SearchSpace<A>, { min, max }: AmountRange): Proposals<A> {
  const sampler = new MacsSampler(space, Number.isFinite(max) ? { maxMacs: max, windowMacs: max - min } : {});
  return (random) => sampler.draw(min, max, random);
}

function passesOftenEnough<A>(propose: Proposals<A>, random: Random, accept: (arch: A | undefined) => boolean): boolean {
  let hits = 0;
  for (let i = 0; i < probeDraws && hits < probeHits; i++) {
    const arch = propose(random);
    // What cannot be drawn once cannot be drawn at all.
    if (arch === undefined) return false;
    if (accept(arch)) hits++;
  }
  return hits === probeHits;
}

function firstAccepted<A>(propose: Proposals<A>, random: Random, accept: (arch: A | undefined) => arch is A): A | undefined {
  for (let i = 0; i < maxUniformTries; i++) {
    const arch = propose(random);
    if (accept(arch)) return arch;
  }
  return undefined;
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
