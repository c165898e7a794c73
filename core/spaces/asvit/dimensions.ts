import type { SpaceDimension } from '../space.ts';
import type { AsVitArchitecture } from './architecture.ts';
import type { AsVitChoices } from './choices.ts';
import { genesOf, topologyOf, valueOf } from './variation.ts';
import type { Gene } from './variation.ts';

const letters: Readonly<Record<Gene['list'], string>> = { kernels: 'K', splits: 'S', mlpRatios: 'E', heads: 'H' };

/** Of a gene, as a number that grows with the computation: windows by their share of the map's side. */
const shownValue = ({ list }: Gene, value: number) => (list === 'splits' ? 1 / value : value);

/** The searched genes, heads first. Width and depths are no dimensions: they are grown afterwards, not searched. */
export function dimensionsOf(choices: AsVitChoices): SpaceDimension[] {
  return genesOf(choices).map((gene): SpaceDimension => {
    const stage = gene.stage + 1;
    const published = { name: gene.list === 'heads' ? letters.heads : `${letters[gene.list]}${stage}`, values: gene.values };
    const values = gene.values.map((value) => shownValue(gene, value));
    switch (gene.list) {
      case 'heads': return { name: 'heads', title: 'Heads of stage 4', values, published, kind: 'heads', isTransformer: true };
      case 'kernels': return {
        name: `stage${stage}.kernel`, title: stage === 1 ? 'Stem kernel' : `Stage ${stage} re-embedding kernel`, values, published, kind: 'kernel', isTransformer: false,
      };
      case 'splits': return {
        name: `stage${stage}.windowShare`, title: `Stage ${stage} window, share of the side`, values, published, kind: 'window', isTransformer: true,
      };
      case 'mlpRatios': return { name: `stage${stage}.mlpRatio`, title: `Stage ${stage} MLP ratio`, values, published, kind: 'ratio', isTransformer: true };
    }
  });
}

/** @returns a function that gives an architecture's values in the order of `dimensionsOf` */
export function coordinatesIn(choices: AsVitChoices): (arch: AsVitArchitecture) => number[] {
  const genes = genesOf(choices);
  return (arch) => genes.map((gene) => shownValue(gene, valueOf(arch, gene)));
}

/** @returns the inverse of `coordinatesIn(choices)`, for networks of the searched size */
export function architectureFrom(choices: AsVitChoices): (values: readonly number[]) => AsVitArchitecture {
  const places = new Map(genesOf(choices).map((gene, i) => [gene, i]));
  return (values) => topologyOf(choices, (gene) => {
    const value = values[places.get(gene)!];
    return gene.list === 'splits' ? Math.round(1 / value) : value;
  });
}
