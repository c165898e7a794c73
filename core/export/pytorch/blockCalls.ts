import type { Block, BlockType, FeatureShape } from '../../network/blocks.ts';
import { call, type Arguments } from './python.ts';

type Calls = { readonly [T in BlockType]: (block: Extract<Block, { type: T }>) => Arguments };

const map = ({ height, width }: FeatureShape) => ({ height, width });
const channels = ({ input }: Block) => ({ channels: input.channels });
const through = ({ input, output }: Block) => ({ inputs: input.channels, outputs: output.channels });
const extra = ({ extraTokens = 0 }: FeatureShape) => (extraTokens > 0 ? { extra_tokens: extraTokens } : {});
const axes = ({ withoutNorm, normAxes }: Extract<Block, { normAxes: unknown }>) => ({ norm_axes: withoutNorm ? 'none' : normAxes === 'tokens-and-channels' ? undefined : normAxes });
/** Classes without a norm take no epsilon. */
const epsilon = ({ withoutNorm, normEpsilon }: { readonly withoutNorm?: true; readonly normEpsilon?: number }): Arguments =>
  ({ norm_epsilon: withoutNorm ? undefined : normEpsilon });

/** What the class of each block type (blocks/<type>.py) is told about a block: its sizes, and nothing that follows from them. */
const calls: Calls = {
  conv: (block) => ({ ...through(block), kernel_size: block.kernelSize, stride: block.stride, activation: block.activation }),
  mbconv: (block) => ({
    ...through(block), kernel_size: block.kernelSize, stride: block.stride, expand_ratio: block.expandRatio,
    squeezed: block.squeezeChannels || undefined, activation: block.activation, shortcut: block.shortcut,
  }),
  attention: (block) => ({
    ...channels(block), heads: block.numHeads, head_dim: block.headDim, value_dim: block.headDim * block.valueRatio, ...map(block.input), ...axes(block),
  }),
  ffn: (block) => ({ ...channels(block), hidden: block.hiddenChannels, ...axes(block) }),
  pooledHead: (block) => ({ ...channels(block), hidden: block.hiddenChannels, features: block.features, classes: block.classes, activation: block.activation }),
  patchEmbed: (block) => ({
    inputs: block.input.channels, channels: block.output.channels, patch_size: block.patchSize, ...map(block.output),
    class_token: block.classToken, positions: block.positions,
  }),
  overlappingPatchEmbed: (block) => ({
    inputs: block.input.channels, channels: block.output.channels, kernel_size: block.kernelSize, stride: block.stride, padding: block.padding,
    ...map(block.output), ...epsilon(block), class_token: block.classToken || undefined, positions: block.positions || undefined,
    dilation: block.dilation === 1 ? undefined : block.dilation,
  }),
  depthwisePool: (block) => ({ ...through(block), kernel_size: block.kernelSize, ...map(block.input), ...extra(block.input) }),
  encoderAttention: (block) => ({
    ...channels(block), heads: block.numHeads, head_dim: block.headDim, ...epsilon(block),
    ...((block.splits ?? 1) > 1 ? { splits: block.splits, ...map(block.input) } : {}),
  }),
  relativeAttention: (block) => ({
    ...channels(block), heads: block.numHeads, head_dim: block.headDim, max_distance: block.maxDistance, ...epsilon(block), ...map(block.input),
    ...extra(block.input),
  }),
  encoderMlp: (block) => ({ ...channels(block), hidden: block.hiddenChannels, ...epsilon(block) }),
  patchMerging: (block) => ({ ...through(block), kernel_size: block.kernelSize, ...map(block.input), ...epsilon(block) }),
  tokenHead: (block) => ({
    ...channels(block), classes: block.classes, pool: block.pool, norm_epsilon: block.norm ? block.normEpsilon : undefined, features: block.features,
    ...extra(block.input),
  }),
  tokenPool: (block) => ({ pool: block.pool, ...extra(block.input) }),
};

/** The class of a block type: `mbconv` is `MbConv`. */
export function className(type: BlockType): string {
  return type === 'mbconv' ? 'MbConv' : type[0].toUpperCase() + type.slice(1);
}

/** The Python expression that makes a block. @throws RangeError for a block that only supernets have */
export function blockCall(block: Block): string {
  if (block.type === 'mbconv' && block.sharesShortcut && block.input.channels === block.output.channels) {
    throw new RangeError(`Block "${block.name}" holds weights for subnets; only a single network can be handed over.`);
  }
  const make = calls[block.type] as (block: Block) => Arguments;
  return call(className(block.type), make(block));
}
