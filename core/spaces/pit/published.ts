import { composeArchitecture } from './architecture.ts';
import type { PitArchitecture } from './architecture.ts';
import type { PitChoices } from './choices.ts';
import { largestArchitecture, smallestArchitecture } from './variation.ts';

type Networks = Readonly<Record<string, PitArchitecture>>;

/** tftas.md 4.3: PiT as published (Heo et al. 2021), and what TF-TAS found in the same space. */
export const tinyPublished: Networks = {
  'pit-ti': composeArchitecture(32, 4, [2, 6, 4], [2, 4, 8]),
  'tf-tas-pit-ti': composeArchitecture(40, 2, [2, 4, 4], [2, 4, 8]),
};

export const extraSmallPublished: Networks = {
  'pit-xs': composeArchitecture(48, 4, [2, 6, 4], [2, 4, 8]),
  'tf-tas-pit-xs': composeArchitecture(56, 2, [1, 4, 2], [2, 8, 8]),
};

export const smallPublished: Networks = {
  'pit-s': composeArchitecture(48, 4, [2, 6, 4], [3, 6, 12]),
  'tf-tas-pit-s': composeArchitecture(36, 6, [1, 4, 4], [3, 12, 12]),
};

/** A network of our own, for examples. */
export const miniNamed: Networks = { small: composeArchitecture(12, 2, [1, 2, 1], [1, 2, 4]) };

/** The published networks and the ends of the space. */
export function networksOf(choices: PitChoices, published: Networks): Networks & Readonly<Record<'min' | 'max', PitArchitecture>> {
  return Object.freeze({ ...published, min: smallestArchitecture(choices), max: largestArchitecture(choices) });
}
