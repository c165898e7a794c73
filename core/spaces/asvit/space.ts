import type { SearchSpace, SpaceScaling } from '../space.ts';
import { architectureKey, composeArchitecture } from './architecture.ts';
import type { AsVitArchitecture } from './architecture.ts';
import { asVitChain } from './chain.ts';
import { fullChoices, miniChoices } from './choices.ts';
import type { AsVitChoices } from './choices.ts';
import { publishedFlops, thopMacs } from './counters.ts';
import { architectureFrom, coordinatesIn, dimensionsOf } from './dimensions.ts';
import { lowerAsVit } from './lowering.ts';
import { fieldsOfNotation } from './notation.ts';
import { architectureParser } from './parse.ts';
import { fullNetworks, miniNetworks } from './published.ts';
import { countArchitectures, crossArchitectures, mutateArchitecture, sampleArchitecture } from './variation.ts';

/** An As-ViT space also shows its choices, and can scale what it searches. */
export interface AsVitSpace extends SearchSpace<AsVitArchitecture> {
  readonly choices: AsVitChoices;
  readonly scaling: SpaceScaling<AsVitArchitecture>;
}

function asVitSpace(choices: AsVitChoices, networks: Readonly<Record<string, AsVitArchitecture>> & Record<'min' | 'max', AsVitArchitecture>): AsVitSpace {
  const parse = architectureParser(choices);
  return {
    id: choices.id,
    title: choices.title,
    size: countArchitectures(choices),
    defaultClasses: choices.defaultClasses,
    resolutions: [choices.resolution],
    networks,
    largest: networks.max,
    smallest: networks.min,
    dimensions: dimensionsOf(choices),
    choices,
    parse,
    parseText: (text) => {
      const fields = fieldsOfNotation(text);
      return fields && parse(fields);
    },
    key: architectureKey,
    coordinates: coordinatesIn(choices),
    fromCoordinates: architectureFrom(choices),
    chain: (options) => asVitChain(choices, options),
    sample: (random) => sampleArchitecture(choices, random),
    mutate: (arch, random, rates) => mutateArchitecture(choices, arch, random, rates),
    crossover: (first, second, random) => crossArchitectures(choices, first, second, random),
    lower: (arch, options) => lowerAsVit(choices, arch, options),
    scaling: {
      sizeOf: ({ width, depths }) => ({ width, depths }),
      withSize: (arch, { width, depths }) => parse(composeArchitecture({ ...arch, width, depths })),
    },
    tokenization: { stride: choices.stemStride, kernelSize: ({ kernels }) => kernels[0] },
    publishedCounters: { 'asvit-thop': thopMacs, 'asvit-paper': publishedFlops },
  };
}

export const asVit = asVitSpace(fullChoices, fullNetworks);
export const asVitMini = asVitSpace(miniChoices, miniNetworks);
