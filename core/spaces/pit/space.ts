import type { SearchSpace } from '../space.ts';
import { architectureKey } from './architecture.ts';
import type { PitArchitecture } from './architecture.ts';
import { pitChain } from './chain.ts';
import { extraSmallChoices, miniChoices, smallChoices, tinyChoices } from './choices.ts';
import type { PitChoices } from './choices.ts';
import { architectureAt, coordinatesOf, dimensionsOf } from './dimensions.ts';
import { lowerPit } from './lowering.ts';
import { architectureParser } from './parse.ts';
import { extraSmallPublished, miniNamed, networksOf, smallPublished, tinyPublished } from './published.ts';
import { countArchitectures, crossArchitectures, mutateArchitecture, sampleArchitecture } from './variation.ts';

/** A PiT space also shows its choices. */
export interface PitSpace extends SearchSpace<PitArchitecture> {
  readonly choices: PitChoices;
}

function pitSpace(choices: PitChoices, published: Readonly<Record<string, PitArchitecture>>): PitSpace {
  const networks = networksOf(choices, published);
  return {
    id: choices.id,
    title: choices.title,
    size: countArchitectures(choices),
    defaultClasses: choices.defaultClasses,
    resolutions: choices.resolutions,
    networks,
    largest: networks.max,
    smallest: networks.min,
    dimensions: dimensionsOf(choices),
    choices,
    parse: architectureParser(choices),
    key: architectureKey,
    coordinates: coordinatesOf,
    fromCoordinates: architectureAt,
    chain: (options) => pitChain(choices, options),
    sample: (random) => sampleArchitecture(choices, random),
    mutate: (arch, random, rates) => mutateArchitecture(choices, arch, random, rates),
    crossover: crossArchitectures,
    lower: (arch, options) => lowerPit(choices, arch, options),
    publishedCounters: {},
  };
}

export const pitTiny = pitSpace(tinyChoices, tinyPublished);
export const pitExtraSmall = pitSpace(extraSmallChoices, extraSmallPublished);
export const pitSmall = pitSpace(smallChoices, smallPublished);
export const pitMini = pitSpace(miniChoices, miniNamed);
