import { plus, product, type Dim } from '../../graph/dims.ts';
import type { PatchEmbedBlock } from '../blocks.ts';
import type { BlockDefinition, ParameterDefinition } from '../definition.ts';

const mapTokens = product('rows', 'columns');
const tokens = (block: PatchEmbedBlock): Dim => plus(mapTokens, block.classToken ? 1 : 0);
/** Numbers in a patch. */
const patch = (block: PatchEmbedBlock) => product('inputs', block.patchSize ** 2);

/** Dosovitskiy et al. 2021, section 3.1, with or without its class token and positions. */
export const patchEmbed: BlockDefinition<PatchEmbedBlock> = {
  variant: (block) => `p${block.patchSize} class:${block.classToken} positions:${block.positions}`,
  inputDims: ({ patchSize }) => ['B', 'inputs', product(patchSize, 'rows'), product(patchSize, 'columns')],
  sizes: (block) => ({
    inputs: block.input.channels, channels: block.output.channels, rows: block.output.height, columns: block.output.width,
  }),
  parameters(block) {
    const parameters: ParameterDefinition[] = [
      // In the order of a convolution's weight: channel by channel, and row by row in each.
      { name: 'embed.weight', dims: [patch(block), 'channels'], init: 'fanIn', decay: true },
      { name: 'embed.bias', dims: ['channels'], init: 'zeros' },
    ];
    if (block.classToken) parameters.push({ name: 'classToken', dims: ['channels'], init: 'smallNormal' });
    if (block.positions) parameters.push({ name: 'position', dims: [tokens(block), 'channels'], init: 'smallNormal', slice: ['whole', 'first'], positions: 'tokens' });
    return parameters;
  },
  build(block, graph) {
    const [batch, inputs] = graph.dims('x');
    const { patchSize, classToken, positions } = block;
    const split = graph.reshape('x', [batch, inputs, 'rows', patchSize, 'columns', patchSize]);
    const patches = graph.reshape(graph.transpose(split, [0, 2, 4, 1, 3, 5]), [batch, mapTokens, patch(block)]);
    const embedded = graph.plus(graph.add('MatMul', [patches, 'embed.weight']), 'embed.bias');
    if (!classToken) return positions ? graph.plus(embedded, 'position') : embedded;
    // The class token is added where the map's tokens leave room, so that nothing but the batch depends on the batch.
    const first = graph.pad(graph.reshape('classToken', [1, 'channels']), 0, 0, mapTokens);
    return graph.plus(graph.pad(embedded, 1, 1, 0), positions ? graph.plus('position', first) : first);
  },
};
