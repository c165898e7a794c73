import { product, type Dim } from '../../graph/dims.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { PatchMergingBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';
import { normParametersOf, normVariant, tokenNorm } from './layerNorm.ts';
import { unfold } from './unfold.ts';

const stride = 2;
const isOdd = ({ input }: PatchMergingBlock) => input.width % stride === 1;

/** Between As-ViT's stages (Chen et al. 2022, section 3.1; asvit.md 1). Tokens do not tell their map's width, so that each has a graph of its own. */
export const patchMerging: BlockDefinition<PatchMergingBlock> = {
  variant: (block) => `k${block.kernelSize} columns:${block.output.width}${isOdd(block) ? ' odd' : ''} ${normVariant(block)}`,
  inputDims: (block) => ['B', isOdd(block) ? block.input.height * block.input.width : product(stride ** 2, 'rows', block.output.width), 'inputs'],
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
    // An odd map's graph knows its height as well, which a number one less than an even one cannot be said to be.
    const rows: Dim = isOdd(block) ? block.output.height : 'rows';
    const map = graph.reshape(isOdd(block) ? madeEven(graph, block) : 'x', [batch, product(stride, rows), stride * columns, inputs]);
    const windows = unfold(graph, map, { kernelSize, stride, rows, columns });
    const weight = graph.reshape(graph.transpose('reduce.weight', [2, 3, 1, 0]), [product(kernelSize ** 2, inputs), 'outputs']);
    return graph.add('MatMul', [tokenNorm(graph, windows, block), weight]);
  },
};

/** A map of odd sides with a row and a column of zeros behind it, as [batch, rows, columns x channels]. */
function madeEven(graph: GraphBuilder, { input: { height, width } }: PatchMergingBlock): string {
  const [batch, , inputs] = graph.dims('x');
  const wide = graph.pad(graph.reshape('x', [batch, height, width, inputs]), 2, 0, 1);
  return graph.pad(wide, 1, 0, 1);
}
