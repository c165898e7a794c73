import type { Random } from '../base/random.ts';
import type { SearchSpace } from './space.ts';

/**
 * Uniform among the architectures that `accept` lets through, by drawing until one passes.
 * @returns undefined when `maxTries` draws did not bring one
 */
export function sampleWithin<A>(
  space: SearchSpace<A>,
  random: Random,
  accept: (arch: A) => boolean,
  maxTries: number,
): A | undefined {
  for (let i = 0; i < maxTries; i++) {
    const arch = space.sample(random);
    if (accept(arch)) return arch;
  }
  return undefined;
}
