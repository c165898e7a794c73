import { product } from '../../graph/dims.ts';
import type { DepthwisePoolBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';

/** Filters for each channel of the input. */
const multiplier = ({ input, output }: DepthwisePoolBlock) => output.channels / input.channels;
const outputs = (block: DepthwisePoolBlock) => product(multiplier(block), 'inputs');

/**
 * Heo et al. 2021, figure 3: a depthwise convolution of stride 2 on the map, a linear layer on the tokens in front.
 *
 * The convolution's filters are listed by the channel that they make, n of them for each channel that is read: output o
 * sees input floor(o / n), as in a grouped convolution. A subnet shares the first filters. A filter therefore goes with
 * the channel that it makes, whose later layers the subnet shares as well; the channel that it reads is another one where
 * the subnet widens more than the supernet does. The other order, by the channel that is read, would need filters for
 * every pair of widths, which no network of the space has.
 */
export const depthwisePool: BlockDefinition<DepthwisePoolBlock> = {
  // Tokens alone do not tell the map's sides, so each grid has a graph of its own; there are two in a network.
  variant: (block) => `k${block.kernelSize} ${block.input.height}x${block.input.width}+${block.input.extraTokens ?? 0} times${multiplier(block)}`,
  inputDims: ({ input }) => ['B', input.height * input.width + (input.extraTokens ?? 0), 'inputs'],
  sizes: (block) => ({ inputs: block.input.channels }),
  parameters: (block) => [
    { name: 'depthwise.weight', dims: [outputs(block), 1, block.kernelSize, block.kernelSize], init: block.initialisation, decay: true },
    { name: 'depthwise.bias', dims: [outputs(block)], init: 'zeros' },
    ...((block.input.extraTokens ?? 0) > 0 ? [
      { name: 'token.weight', dims: ['inputs', outputs(block)], init: 'smallNormal', decay: true },
      { name: 'token.bias', dims: [outputs(block)], init: 'zeros' },
    ] as const : []),
  ],
  build(block, graph) {
    const { input: { height, width, extraTokens = 0 }, output } = block;
    const [batch, , inputs] = graph.dims('x');
    const times = multiplier(block);
    const tokens = graph.slice('x', 1, extraTokens, [batch, height * width, inputs]);
    let channels = graph.transpose(tokens, [0, 2, 1]);
    if (times > 1) {
      channels = graph.add('Expand', [graph.reshape(channels, [batch, inputs, 1, height * width])], { shape: [batch, inputs, times, height * width] });
    }
    const map = graph.reshape(channels, [batch, outputs(block), height, width]);
    const pooled = graph.conv(map, 'depthwise.weight', { stride: 2, depthwise: true, oddSize: height % 2 === 1, bias: 'depthwise.bias' });
    const count = output.height * output.width;
    const after = graph.transpose(graph.reshape(pooled, [batch, outputs(block), count]), [0, 2, 1]);
    if (extraTokens === 0) return after;
    const first = graph.slice('x', 1, 0, [batch, extraTokens, inputs]);
    const changed = graph.plus(graph.add('MatMul', [first, 'token.weight']), 'token.bias');
    return graph.concat([changed, after], 1);
  },
};
