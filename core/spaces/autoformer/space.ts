import type { SearchSpace } from '../space.ts';
import { architectureKey } from './architecture.ts';
import type { AutoFormerArchitecture } from './architecture.ts';
import { autoFormerChain } from './chain.ts';
import { baseChoices, miniChoices, smallChoices, tinyChoices } from './choices.ts';
import type { AutoFormerChoices } from './choices.ts';
import { publishedCounters } from './counters.ts';
import { architectureFrom, coordinatesIn, dimensionsOf } from './dimensions.ts';
import { lowerAutoFormer } from './lowering.ts';
import { architectureParser } from './parse.ts';
import { baseNetworks, miniNetworks, smallNetworks, tinyNetworks } from './published.ts';
import { countArchitectures, crossArchitectures, mutateArchitecture, sampleArchitecture } from './variation.ts';

/** An AutoFormer space also shows its choices. */
export interface AutoFormerSpace extends SearchSpace<AutoFormerArchitecture> {
  readonly choices: AutoFormerChoices;
}

function autoFormerSpace(choices: AutoFormerChoices, networks: Readonly<Record<string, AutoFormerArchitecture>>): AutoFormerSpace {
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
    coordinates: coordinatesIn(choices),
    fromCoordinates: architectureFrom(choices),
    chain: (options) => autoFormerChain(choices, options),
    sample: (random) => sampleArchitecture(choices, random),
    mutate: (arch, random, rates) => mutateArchitecture(choices, arch, random, rates),
    crossover: (first, second, random) => crossArchitectures(choices, first, second, random),
    lower: (arch, options) => lowerAutoFormer(choices, arch, options),
    publishedCounters,
  };
}

export const autoFormerTiny = autoFormerSpace(tinyChoices, tinyNetworks);
export const autoFormerSmall = autoFormerSpace(smallChoices, smallNetworks);
export const autoFormerBase = autoFormerSpace(baseChoices, baseNetworks);
export const autoFormerMini = autoFormerSpace(miniChoices, miniNetworks);
