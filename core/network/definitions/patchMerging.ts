import { product } from '../../graph/dims.ts';
import type { PatchMergingBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';
import { normParametersOf, normVariant, tokenNorm } from './layerNorm.ts';
import { unfold } from './unfold.ts';

const stride = 2;

/** Between As-ViT's stages (Chen et al. 2022, section 3.1; asvit.md 1). Tokens do not tell their map's width, so that each has a graph of its own. */
export const patchMerging: BlockDefinition<PatchMergingBlock> = {
  variant: (block) => `k${block.kernelSize} columns:${block.output.width} ${normVariant(block)}`,
  inputDims: (block) => ['B', product(stride ** 2, 'rows', block.output.width), 'inputs'],
  sizes: (block) => ({
    inputs: block.input.channels, outputs: block.output.channels, rows: block.output.height,
  }),
  parameters: (block) => [
    ...normParametersOf(block, [block.kernelSize, block.kernelSize, 'inputs'], ['centre', 'centre', 'first']),
    {
      // As a convolution's, which it is but for the norm.
      name: 'reduce.weight', dims: ['outputs', 'inputs', block.kernelSize, block.kernelSize], init: 'smallNormal', decay: true,
      slice: ['first', 'first', 'centre', 'centre'],
    },
  ],
  build(block, graph) {
    const { kernelSize, output: { width: columns } } = block;
    const [batch, , inputs] = graph.dims('x');
    const map = graph.reshape('x', [batch, product(stride, 'rows'), stride * columns, inputs]);
    const windows = unfold(graph, map, { kernelSize, stride, rows: 'rows', columns });
    const weight = graph.reshape(graph.transpose('reduce.weight', [2, 3, 1, 0]), [product(kernelSize ** 2, inputs), 'outputs']);
    return graph.add('MatMul', [tokenNorm(graph, windows, block), weight]);
  },
};
