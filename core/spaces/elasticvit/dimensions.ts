import type { SpaceDimension } from '../space.ts';
import { partNames, transformerStageNames } from './architecture.ts';
import type { ElasticVitArchitecture, PartName } from './architecture.ts';
import type { ElasticVitChoices } from './choices.ts';
import { composeArchitecture } from './variation.ts';

const geneTitles: Readonly<Record<string, string>> = {
  width: 'width', depth: 'depth', kernel: 'kernel', expandRatio: 'expansion', mlpRatio: 'MLP ratio',
  valueRatio: 'value ratio',
};

export interface Gene {
  readonly part: PartName;
  readonly name: string;
  readonly values: readonly number[];
}

const isTransformer = (part: PartName) => (transformerStageNames as readonly PartName[]).includes(part);

function kindOf(gene: string): SpaceDimension['kind'] {
  return gene === 'width' || gene === 'depth' || gene === 'kernel' ? gene : 'ratio';
}

/** Every gene that has a choice: one with a single value tells no architectures apart. */
export function genesOf(choices: ElasticVitChoices): Gene[] {
  return partNames.flatMap((part) => Object.entries(choices.parts[part])
    .filter(([, values]) => values.length > 1)
    .map(([name, values]) => ({ part, name, values })));
}

/** The resolution, then the genes of every stage; all blocks of a stage share theirs, so that nothing is averaged. */
export function dimensionsOf(choices: ElasticVitChoices): SpaceDimension[] {
  return [
    { name: 'resolution', title: 'Resolution', values: choices.resolutions, kind: 'resolution', isTransformer: false },
    ...genesOf(choices).map(({ part, name, values }) => ({
      name: `${part}.${name}`, title: `${part === 'stem' ? 'Stem' : part.toUpperCase()} ${geneTitles[name]}`, values,
      kind: kindOf(name), isTransformer: isTransformer(part),
    })),
  ];
}

/** @returns a function that gives an architecture's values in the order of `dimensionsOf` */
export function coordinatesIn(choices: ElasticVitChoices): (arch: ElasticVitArchitecture) => number[] {
  const genes = genesOf(choices);
  return (arch) => [
    arch.resolution,
    ...genes.map(({ part, name }) => {
      const values: Readonly<Record<string, number>> = arch[part];
      return values[name];
    }),
  ];
}

/** @returns the inverse of `coordinatesIn(choices)` */
export function architectureFrom(choices: ElasticVitChoices): (values: readonly number[]) => ElasticVitArchitecture {
  const places = new Map(genesOf(choices).map(({ part, name }, i) => [`${part}.${name}`, i + 1]));
  return (values) => {
    const value = (part: PartName, name: string, accepted: readonly number[]) => {
      const place = places.get(`${part}.${name}`);
      return place === undefined ? accepted[0] : values[place];
    };
    const widths = partNames.map((part) => value(part, 'width', choices.parts[part].width));
    return composeArchitecture(choices, values[0], widths, value);
  };
}
