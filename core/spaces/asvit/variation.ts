import type { Random } from '../../base/random.ts';
import type { MutationRates } from '../space.ts';
import { composeArchitecture } from './architecture.ts';
import type { AsVitArchitecture } from './architecture.ts';
import type { AsVitChoices } from './choices.ts';

/** One searched choice of an architecture. */
export interface Gene {
  readonly list: 'kernels' | 'splits' | 'mlpRatios' | 'heads';
  /** Of a list, which entry; 0 for the heads. */
  readonly stage: number;
  /** Everything it can be, from the one with the least computation to the one with the most. */
  readonly values: readonly number[];
}

const geneLists = new WeakMap<AsVitChoices, readonly Gene[]>();

/** Every searched gene: the heads, which all stages share, then those of each stage. More windows mean less computation. */
export function genesOf(choices: AsVitChoices): readonly Gene[] {
  let genes = geneLists.get(choices);
  if (genes) return genes;
  const stages = choices.kernels.flatMap((kernels, stage): Gene[] => [
    { list: 'kernels', stage, values: kernels },
    ...(stage < choices.splits.length ? [{ list: 'splits', stage, values: choices.splits[stage].toReversed() } as const] : []),
    { list: 'mlpRatios', stage, values: choices.mlpRatios[stage] },
  ]);
  genes = [{ list: 'heads', stage: 0, values: choices.heads } as const, ...stages].filter(({ values }) => values.length > 1);
  geneLists.set(choices, genes);
  return genes;
}

/** The value of a gene. */
export function valueOf(arch: AsVitArchitecture, { list, stage }: Gene): number {
  return list === 'heads' ? arch.heads : arch[list][stage];
}

/** An architecture of the searched size, or of another one's, with a value for every gene; the rest takes its only choice. */
export function topologyOf(
  choices: AsVitChoices, value: (gene: Gene) => number, size: Pick<AsVitArchitecture, 'depths' | 'width' | 'variant'> = choices,
): AsVitArchitecture {
  const lists = {
    kernels: choices.kernels.map(([first]) => first), splits: choices.splits.map(([first]) => first), mlpRatios: choices.mlpRatios.map(([first]) => first),
  };
  let [heads] = choices.heads;
  for (const gene of genesOf(choices)) {
    if (gene.list === 'heads') heads = value(gene);
    else lists[gene.list][gene.stage] = value(gene);
  }
  return composeArchitecture({ ...lists, heads, depths: size.depths, width: size.width, ...(size.variant ? { variant: size.variant } : {}) });
}

/** Every choice at its least. */
export const smallestArchitecture = (choices: AsVitChoices) => topologyOf(choices, ({ values }) => values[0]);

/** Every choice at its greatest: the supernet. Windows and heads have no weights of their own, so all share its. */
export const largestArchitecture = (choices: AsVitChoices) => topologyOf(choices, ({ values }) => values[values.length - 1]);

/** Number of topologies. */
export function countArchitectures(choices: AsVitChoices): bigint {
  return genesOf(choices).reduce((product, { values }) => product * BigInt(values.length), 1n);
}

/** Every topology is equally likely. */
export const sampleArchitecture = (choices: AsVitChoices, random: Random) => topologyOf(choices, ({ values }) => random.choice(values));

/** As-ViT has no evolution of its own: every gene is redrawn with the probability for choices, uniformly or as its least. Size and variant stay. */
export function mutateArchitecture(choices: AsVitChoices, arch: AsVitArchitecture, random: Random, rates: MutationRates): AsVitArchitecture {
  const redraw = (values: readonly number[]) => random.chance(rates.uniform) ? random.choice(values) : values[0];
  return topologyOf(choices, (gene) => random.chance(rates.choice) ? redraw(gene.values) : valueOf(arch, gene), arch);
}

/** Every gene comes from either parent; width, depths and variant together from one. */
export function crossArchitectures(choices: AsVitChoices, first: AsVitArchitecture, second: AsVitArchitecture, random: Random): AsVitArchitecture {
  const either = () => random.chance(0.5) ? first : second;
  const size = either();
  return topologyOf(choices, (gene) => valueOf(either(), gene), size);
}
