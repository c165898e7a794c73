import type { SearchSpace } from '../space.ts';
import { architectureKey } from './architecture.ts';
import type { ElasticVitArchitecture } from './architecture.ts';
import { fullChoices, miniChoices } from './choices.ts';
import type { ElasticVitChoices } from './choices.ts';
import { elasticVitChain } from './chain.ts';
import { architectureFrom, coordinatesIn, dimensionsOf } from './dimensions.ts';
import { lowerElasticVit } from './lowering.ts';
import { paperMacs } from './paperCounter.ts';
import { architectureParser } from './parse.ts';
import { fullNetworks, miniNetworks } from './published.ts';
import { countArchitectures, crossArchitectures, mutateArchitecture, sampleArchitecture } from './variation.ts';

/** An ElasticViT space also shows its choices, for those who search or train stage by stage. */
export interface ElasticVitSpace extends SearchSpace<ElasticVitArchitecture> {
  readonly choices: ElasticVitChoices;
}

function elasticVitSpace(
  choices: ElasticVitChoices,
  networks: Readonly<Record<string, ElasticVitArchitecture>>,
): ElasticVitSpace {
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
    chain: (options) => elasticVitChain(choices, options),
    sample: (random) => sampleArchitecture(choices, random),
    mutate: (arch, random, rates) => mutateArchitecture(choices, arch, random, rates),
    crossover: (first, second, random) => crossArchitectures(choices, first, second, random),
    lower: (arch, options) => lowerElasticVit(choices, arch, options),
    publishedCounters: { 'elasticvit-paper': paperMacs },
  };
}

export const elasticVit = elasticVitSpace(fullChoices, fullNetworks);
export const elasticVitMini = elasticVitSpace(miniChoices, miniNetworks);
