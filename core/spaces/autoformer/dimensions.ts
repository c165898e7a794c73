import type { SpaceDimension } from '../space.ts';
import { composeArchitecture } from './architecture.ts';
import type { AutoFormerArchitecture } from './architecture.ts';
import type { AutoFormerChoices } from './choices.ts';

/** The value on the dimensions of a layer that an architecture does not have. */
const absent = 0;

const greatest = (values: readonly number[]) => values[values.length - 1];

/** Places of width and depth; two dimensions for each layer follow, its heads and its MLP ratio. */
export const layerPlace = (layer: number): number => 2 + 2 * layer;

/** Width and depth, then heads and MLP ratio of every layer; layers that not all architectures have are 0 where they are missing. */
export function dimensionsOf({ embedDim, depth, numHeads, mlpRatio }: AutoFormerChoices): SpaceDimension[] {
  const layers = Array.from({ length: greatest(depth) }, (_, layer): SpaceDimension[] => {
    const own = (values: readonly number[]) => layer < depth[0] ? values : [absent, ...values];
    return [
      { name: `layer${layer + 1}.numHeads`, title: `Layer ${layer + 1} heads`, values: own(numHeads), kind: 'width', isTransformer: true },
      { name: `layer${layer + 1}.mlpRatio`, title: `Layer ${layer + 1} MLP ratio`, values: own(mlpRatio), kind: 'ratio', isTransformer: true },
    ];
  });
  return [
    { name: 'embedDim', title: 'Width', values: embedDim, kind: 'width', isTransformer: true },
    { name: 'depth', title: 'Depth', values: depth, kind: 'depth', isTransformer: true },
    ...layers.flat(),
  ];
}

/** @returns a function that gives an architecture's values in the order of `dimensionsOf` */
export function coordinatesIn({ depth }: AutoFormerChoices): (arch: AutoFormerArchitecture) => number[] {
  return (arch) => [
    arch.embedDim, arch.depth,
    ...Array.from({ length: greatest(depth) }, (_, layer) => [arch.numHeads[layer] ?? absent, arch.mlpRatios[layer] ?? absent]).flat(),
  ];
}

/** @returns the inverse of `coordinatesIn(choices)`; a layer that the depth asks for and that is 0 takes the least choice */
export function architectureFrom(choices: AutoFormerChoices): (values: readonly number[]) => AutoFormerArchitecture {
  const genes = (values: readonly number[], offset: number, accepted: readonly number[]) =>
    Array.from({ length: values[1] }, (_, layer) => values[layerPlace(layer) + offset] || accepted[0]);
  return (values) => composeArchitecture(choices.headDim, {
    embedDim: values[0], numHeads: genes(values, 0, choices.numHeads), mlpRatios: genes(values, 1, choices.mlpRatio),
  });
}
