import { plus, product, strided, type Dim } from '../../graph/dims.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { OverlappingPatchEmbedBlock } from '../blocks.ts';
import type { BlockDefinition, ParameterDefinition } from '../definition.ts';
import { layerNormParameters, tokenNorm } from './layerNorm.ts';

const hasNorm = (block: OverlappingPatchEmbedBlock) => block.normEpsilon !== undefined && block.withoutNorm !== true;

/** Pixels that a patch spans along an axis. */
const span = ({ kernelSize, dilation = 1 }: OverlappingPatchEmbedBlock) => dilation * (kernelSize - 1) + 1;

/** Rows and columns behind the last patch, which nothing reads. */
function unread(block: OverlappingPatchEmbedBlock): readonly [rows: number, columns: number] {
  const { stride, padding: [before, after], input } = block;
  const rest = (size: number) => (size + before + after - span(block)) % stride;
  return [rest(input.height), rest(input.width)];
}

/** Patches along an axis of the image, whose size is a symbol. */
function patches(block: OverlappingPatchEmbedBlock, size: Dim, behind: number): Dim {
  const { stride, padding: [before, after] } = block;
  return strided(plus(size, before + after - behind - span(block) + 1), stride);
}

function mapTokens(block: OverlappingPatchEmbedBlock): Dim {
  const [rows, columns] = unread(block);
  return product(patches(block, 'H', rows), patches(block, 'W', columns));
}

/** Heo et al. 2021, section 3.1, and Chen et al. 2022 (As-ViT), section 3.1: a convolution whose windows overlap, as tokens. */
export const overlappingPatchEmbed: BlockDefinition<OverlappingPatchEmbedBlock> = {
  variant: (block) => [
    `k${block.kernelSize}`, `s${block.stride}`, ...((block.dilation ?? 1) > 1 ? [`dilation${block.dilation}`] : []), `pad${block.padding.join('+')}`, `unread${unread(block).join('x')}`,
    `norm:${hasNorm(block) ? block.normEpsilon : 'none'}`, `class:${block.classToken}`, `positions:${block.positions}`,
  ].join(' '),
  inputDims: () => ['B', 'inputs', 'H', 'W'],
  sizes: ({ input, output }) => ({ inputs: input.channels, channels: output.channels, H: input.height, W: input.width }),
  parameters(block) {
    const parameters: ParameterDefinition[] = [
      {
        name: 'embed.weight', dims: ['channels', 'inputs', block.kernelSize, block.kernelSize], init: block.initialisation, decay: true,
        slice: ['first', 'first', 'centre', 'centre'],
      },
      // PyTorch starts weight and bias of a convolution alike.
      block.initialisation === 'fanIn'
        ? { name: 'embed.bias', dims: ['channels'], init: 'fanIn', fanIn: product('inputs', block.kernelSize ** 2) }
        : { name: 'embed.bias', dims: ['channels'], init: 'zeros' },
    ];
    if (hasNorm(block)) parameters.push(...layerNormParameters);
    if (block.classToken) parameters.push({ name: 'classToken', dims: ['channels'], init: 'smallNormal' });
    if (block.positions) parameters.push({ name: 'position', dims: [mapTokens(block), 'channels'], init: 'smallNormal', slice: ['whole', 'first'], positions: 'tokens' });
    return parameters;
  },
  build(block, graph) {
    const [before, after] = block.padding;
    const read = withoutLast(graph, withoutLast(graph, 'x', 2, unread(block)[0]), 3, unread(block)[1]);
    const map = graph.conv(read, spread(graph, 'embed.weight', block), { stride: block.stride, bias: 'embed.bias', pads: [before, before, after, after] });
    const [batch, channels] = graph.dims(map);
    const count = mapTokens(block);
    let tokens = graph.transpose(graph.reshape(map, [batch, channels, count]), [0, 2, 1]);
    if (hasNorm(block)) tokens = tokenNorm(graph, tokens, { normEpsilon: block.normEpsilon! });
    if (block.positions) tokens = graph.plus(tokens, 'position');
    if (!block.classToken) return tokens;
    // Added where the map's tokens leave room, so that nothing but the batch depends on the batch.
    const first = graph.pad(graph.reshape('classToken', [1, channels]), 0, 0, count);
    return graph.plus(graph.pad(tokens, 1, 1, 0), first);
  },
};

/**
 * The kernel as it lies on the image: with dilation - 1 zeros between neighbours, so that a convolution without dilation does the same. It
 * reads more than it must, but these are few patches, and all engines can do it.
 */
function spread(graph: GraphBuilder, weight: string, block: OverlappingPatchEmbedBlock): string {
  const { kernelSize, dilation = 1 } = block;
  if (dilation === 1) return weight;
  const filters = product('channels', 'inputs');
  const size = span(block);
  const along = (rows: Dim, values: string) => {
    const apart = graph.pad(graph.reshape(values, [product(rows, kernelSize), 1]), 1, 0, dilation - 1);
    return graph.slice(graph.reshape(apart, [rows, kernelSize * dilation]), 1, 0, [rows, size]);
  };
  const wide = graph.reshape(along(product(filters, kernelSize), weight), [filters, kernelSize, size]);
  const turned = along(product(filters, size), graph.transpose(wide, [0, 2, 1]));
  const whole = graph.transpose(graph.reshape(turned, [filters, size, size]), [0, 2, 1]);
  return graph.reshape(whole, ['channels', 'inputs', size, size]);
}

function withoutLast(graph: GraphBuilder, x: string, axis: number, count: number): string {
  if (count === 0) return x;
  return graph.slice(x, axis, 0, graph.dims(x).map((dim, i): Dim => (i === axis ? plus(dim, -count) : dim)));
}
