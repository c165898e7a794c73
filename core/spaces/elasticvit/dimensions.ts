import type { SpaceDimension } from '../space.ts';
import { partNames } from './architecture.ts';
import type { ElasticVitArchitecture, PartName } from './architecture.ts';
import type { ElasticVitChoices } from './choices.ts';

const geneTitles: Readonly<Record<string, string>> = {
  width: 'width', depth: 'depth', kernel: 'kernel', expandRatio: 'expansion', mlpRatio: 'MLP ratio',
  valueRatio: 'value ratio',
};

interface Gene {
  readonly part: PartName;
  readonly name: string;
  readonly values: readonly number[];
}

/** Every gene that has a choice: one with a single value tells no architectures apart. */
function genesOf(choices: ElasticVitChoices): Gene[] {
  return partNames.flatMap((part) => Object.entries(choices.parts[part])
    .filter(([, values]) => values.length > 1)
    .map(([name, values]) => ({ part, name, values })));
}

/** The resolution, then the genes of every stage; all blocks of a stage share theirs, so that nothing is averaged. */
export function dimensionsOf(choices: ElasticVitChoices): SpaceDimension[] {
  return [
    { name: 'resolution', title: 'Resolution', values: choices.resolutions },
    ...genesOf(choices).map(({ part, name, values }) => ({
      name: `${part}.${name}`, title: `${part === 'stem' ? 'Stem' : part.toUpperCase()} ${geneTitles[name]}`, values,
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
