import { tokensOf, type Block, type FeatureShape, type MbConvBlock, type RelativeAttentionBlock } from '../network/blocks.ts';
import { blockMacs } from '../network/counts.ts';

/**
 * Blocks that are fitted together. Transitions are inverted residuals, but with their own proportions (always
 * squeezed, ratio 6) and between a convolutional and a token layout, so they get coefficients of their own.
 */
export const latencyKinds = [
  'conv', 'mbconv', 'transition', 'attention', 'ffn', 'pooledHead', 'patchEmbed', 'overlappingPatchEmbed', 'depthwisePool', 'encoderAttention',
  'relativeAttention', 'encoderMlp', 'patchMerging', 'tokenHead', 'tokenPool',
] as const;
export type LatencyKind = (typeof latencyKinds)[number];

export function latencyKindOf(block: Block): LatencyKind {
  return block.type === 'mbconv' && block.role === 'transition' ? 'transition' : block.type;
}

/** Whether a block has MobileNetV2's activation instead of hard-swish. */
export const hasRelu6 = (block: Block): boolean => 'activation' in block && block.activation === 'relu6';

/**
 * Amounts of work that take time on a processor. MACs and elements are in millions, bytes in megabytes (10^6) at four
 * bytes a value, all for one image; `constant` is 1 for every block.
 */
export const termNames = [
  'constant',
  /** Dense convolutions wider than one pixel. */
  'convMacs',
  'depthwiseMacs',
  /** 1x1 convolutions and linear layers applied to every position. */
  'matmulMacs',
  /** Linear layers applied to one vector: squeeze-excitation, layers after pooling. They wait for their weights. */
  'vectorMacs',
  /** Queries by keys and attention by values: N^2 d. */
  'attentionMacs',
  'softmaxElements',
  'normElements',
  'activationElements',
  /** Activations that the block's layers read and write. */
  'readWriteBytes',
  'weightBytes',
] as const;
export type TermName = (typeof termNames)[number];
export type Terms = Readonly<Record<TermName, number>>;

/** What a block is made of, as named numbers: what ranges are kept of and what decision trees look at. */
export type Geometry = Readonly<Record<string, number>>;

const bytesPerValue = 4;
const positions = (shape: FeatureShape) => shape.height * shape.width;
const elements = (shape: FeatureShape) => shape.channels * tokensOf(shape);
const none: Terms = Object.fromEntries(termNames.map((name) => [name, 0])) as Record<TermName, number>;

/** The work in one block, from its shapes alone. */
export function termsOf(block: Block): Terms {
  const work = { ...none, ...workOf(block) };
  return Object.fromEntries(termNames.map((name) => [
    name,
    name === 'constant' ? 1 : work[name] * (name.endsWith('Bytes') ? bytesPerValue : 1) / 1e6,
  ])) as Record<TermName, number>;
}

/** As {@link termsOf}, in single MACs, elements and values. */
function workOf(block: Block): Partial<Terms> {
  const { input, output } = block;
  switch (block.type) {
    case 'conv': {
      const weights = block.kernelSize ** 2 * input.channels * output.channels;
      return {
        convMacs: weights * positions(output),
        activationElements: elements(output),
        readWriteBytes: elements(input) + elements(output),
        weightBytes: weights,
      };
    }
    case 'mbconv':
      return invertedResidualWork(block);
    case 'attention': {
      const tokens = positions(input);
      const keys = block.numHeads * block.headDim;
      const values = keys * block.valueRatio;
      const scores = block.numHeads * tokens ** 2;
      const weights = input.channels * (2 * keys + values) + values * output.channels;
      return {
        depthwiseMacs: 9 * tokens * values,
        matmulMacs: tokens * weights,
        attentionMacs: tokens ** 2 * (keys + values),
        softmaxElements: scores,
        normElements: block.withoutNorm ? 0 : elements(input),
        activationElements: tokens * values,
        // Norm, joint projection, scores, softmax, weighted sum, activation, output projection, residual.
        readWriteBytes: (block.withoutNorm ? 2 : 4) * elements(input) + tokens * (4 * keys + 6 * values) + 4 * scores + 3 * elements(output),
        weightBytes: weights,
      };
    }
    case 'pooledHead': {
      const hidden = positions(input) * block.hiddenChannels;
      const expand = input.channels * block.hiddenChannels;
      const { features = 0 } = block;
      const classify = features === 0 ? block.hiddenChannels * block.classes : features * (block.hiddenChannels + block.classes);
      return {
        matmulMacs: positions(input) * expand,
        vectorMacs: classify,
        activationElements: hidden + features,
        readWriteBytes: elements(input) + 4 * hidden + 3 * features + block.classes,
        weightBytes: expand + classify,
      };
    }
    case 'patchEmbed': {
      const weights = input.channels * block.patchSize ** 2 * output.channels;
      const positionTable = block.positions ? elements(output) : 0;
      return {
        matmulMacs: positions(output) * weights,
        // Cutting out the patches, projection, class token and positions.
        readWriteBytes: 3 * elements(input) + (1 + 2 * Number(block.classToken) + 2 * Number(block.positions)) * elements(output),
        weightBytes: weights + positionTable,
      };
    }
    case 'overlappingPatchEmbed': {
      const weights = input.channels * block.kernelSize ** 2 * output.channels;
      const map = output.channels * positions(output);
      const hasNorm = block.normEpsilon !== undefined && !block.withoutNorm;
      return {
        convMacs: blockMacs(block),
        normElements: hasNorm ? map : 0,
        // Convolution, turning the map into tokens, norm, positions, class token.
        readWriteBytes: elements(input) + (3 + 2 * Number(hasNorm) + 2 * Number(block.positions) + 2 * Number(block.classToken)) * map,
        weightBytes: weights + (block.positions ? map : 0),
      };
    }
    case 'depthwisePool': {
      const filters = block.kernelSize ** 2 * output.channels;
      const extra = input.extraTokens ?? 0;
      const linear = extra > 0 ? input.channels * output.channels : 0;
      return {
        depthwiseMacs: positions(output) * filters,
        vectorMacs: extra * linear,
        // Tokens to a map, convolution, back to tokens, joining the extra ones.
        readWriteBytes: 3 * elements(input) + 5 * elements(output),
        weightBytes: filters + linear,
      };
    }
    case 'encoderAttention':
    case 'relativeAttention': {
      const tokens = tokensOf(input);
      const inner = block.numHeads * block.headDim;
      const splits = block.type === 'encoderAttention' ? block.splits ?? 1 : 1;
      // Queries and keys that meet: those of the same window.
      const pairs = tokens ** 2 / splits ** 2;
      const scores = block.numHeads * pairs;
      const weights = 4 * input.channels * inner;
      const relative = block.type === 'relativeAttention' ? relativeWork(block) : { macs: 0, values: 0, weights: 0 };
      return {
        matmulMacs: tokens * weights,
        attentionMacs: 2 * pairs * inner + relative.macs,
        softmaxElements: scores,
        normElements: block.withoutNorm ? 0 : elements(input),
        // As for the other attention, without its activation; tokens are sorted into windows and back.
        readWriteBytes: (block.withoutNorm ? 2 : 4) * elements(input) + 8 * tokens * inner + 4 * scores + 3 * elements(output)
          + (splits > 1 ? 2 * (elements(input) + tokens * inner) : 0) + relative.values,
        weightBytes: weights + relative.weights,
      };
    }
    case 'patchMerging': {
      const windows = positions(output) * input.channels * block.kernelSize ** 2;
      const weights = input.channels * block.kernelSize ** 2 * output.channels;
      const norms = block.withoutNorm ? 0 : windows;
      return {
        matmulMacs: positions(output) * weights,
        normElements: norms,
        readWriteBytes: elements(input) + 2 * windows + 2 * norms + elements(output),
        weightBytes: weights,
      };
    }
    case 'ffn':
    case 'encoderMlp': {
      const hidden = tokensOf(input) * block.hiddenChannels;
      const weights = 2 * input.channels * block.hiddenChannels;
      return {
        matmulMacs: tokensOf(input) * weights,
        normElements: block.withoutNorm ? 0 : elements(input),
        activationElements: hidden,
        readWriteBytes: (block.withoutNorm ? 5 : 7) * elements(input) + 4 * hidden,
        weightBytes: weights,
      };
    }
    case 'tokenHead': {
      const { features = 0 } = block;
      const weights = features === 0 ? input.channels * block.classes : (input.channels + block.classes) * features;
      const read = block.pool === 'mean' ? elements(input) : input.channels;
      return {
        vectorMacs: weights,
        normElements: block.norm ? read : 0,
        activationElements: features,
        readWriteBytes: (block.norm ? 3 : 1) * read + input.channels + 4 * features + block.classes,
        weightBytes: weights,
      };
    }
    case 'tokenPool':
      return { readWriteBytes: (block.pool === 'mean' ? elements(input) : input.channels) + input.channels };
  }
}

/** What relative positions add: products with a vector for each line of the map, and sums over lines, for keys and for values. */
function relativeWork({ input, numHeads, headDim }: RelativeAttentionBlock): { macs: number; values: number; weights: number } {
  const lines = input.height + input.width;
  const [map, tokens] = [numHeads * positions(input), numHeads * tokensOf(input)];
  return {
    macs: 2 * (2 * map * lines * headDim + tokens * tokensOf(input) * lines),
    // Scores and weights once more each; queries and values in two orders, and what is made of them, read and written.
    values: 3 * tokens * tokensOf(input) + 12 * map * headDim + 16 * map * lines,
    weights: 2 * lines * lines * headDim,
  };
}

function invertedResidualWork(block: MbConvBlock): Partial<Terms> {
  const { input, output } = block;
  const { channels: cin } = input;
  const { channels: cout } = output;
  const expand = block.expandRatio === 1 ? 0 : cin * block.hiddenChannels;
  const shortcut = cin === cout || block.shortcut === 'identity' ? 0 : cin * cout;
  const squeeze = 2 * block.hiddenChannels * block.squeezeChannels;
  const hiddenBefore = block.hiddenChannels * positions(input);
  const hiddenAfter = block.hiddenChannels * positions(output);
  const depthwise = block.hiddenChannels * block.kernelSize ** 2;
  return {
    depthwiseMacs: depthwise * positions(output),
    matmulMacs: expand * positions(input) + (block.hiddenChannels * cout + shortcut) * positions(output),
    vectorMacs: squeeze,
    activationElements: (expand ? hiddenBefore : 0) + hiddenAfter,
    readWriteBytes: (expand ? elements(input) + 2 * hiddenBefore : 0) + hiddenBefore + 3 * hiddenAfter
      + (squeeze ? 3 * hiddenAfter : 0) + elements(input) + 3 * elements(output),
    weightBytes: expand + depthwise + squeeze + block.hiddenChannels * cout + shortcut,
  };
}

/** Side of a square with as many positions: what "grid" means below and in messages. */
const grid = (shape: FeatureShape) => Math.sqrt(positions(shape));

/** The named numbers that describe a block's shape; the same names for every block of a kind. */
export function geometryOf(block: Block): Geometry {
  const { channels } = block.input;
  switch (block.type) {
    case 'conv':
      return {
        grid: grid(block.input), inputChannels: channels, outputChannels: block.output.channels,
        kernelSize: block.kernelSize, stride: block.stride,
      };
    case 'mbconv':
      return {
        grid: grid(block.input), inputChannels: channels, outputChannels: block.output.channels,
        kernelSize: block.kernelSize, stride: block.stride, expandRatio: block.expandRatio,
        squeezeRatio: block.squeezeChannels / block.hiddenChannels,
      };
    case 'attention':
      return {
        grid: grid(block.input), channels, heads: block.numHeads, headDim: block.headDim, valueRatio: block.valueRatio,
      };
    case 'ffn':
      return { grid: grid(block.input), channels, mlpRatio: block.hiddenChannels / channels };
    case 'pooledHead':
      return {
        grid: grid(block.input), channels, expandRatio: block.hiddenChannels / channels, features: block.features ?? 0,
        classes: block.classes,
      };
    case 'patchEmbed':
      return { grid: grid(block.output), inputChannels: channels, outputChannels: block.output.channels, patchSize: block.patchSize };
    case 'overlappingPatchEmbed':
      return {
        grid: grid(block.output), inputChannels: channels, outputChannels: block.output.channels, patchSize: block.kernelSize,
        stride: block.stride,
      };
    case 'depthwisePool':
      return { grid: grid(block.input), inputChannels: channels, outputChannels: block.output.channels, kernelSize: block.kernelSize };
    case 'encoderAttention':
      return {
        tokens: tokensOf(block.input), channels, heads: block.numHeads, headDim: block.headDim,
        windowTokens: tokensOf(block.input) / (block.splits ?? 1) ** 2,
      };
    case 'relativeAttention':
      return {
        tokens: tokensOf(block.input), channels, heads: block.numHeads, headDim: block.headDim, maxDistance: block.maxDistance,
      };
    case 'patchMerging':
      return { grid: grid(block.input), inputChannels: channels, outputChannels: block.output.channels, kernelSize: block.kernelSize };
    case 'encoderMlp':
      return { tokens: tokensOf(block.input), channels, mlpRatio: block.hiddenChannels / channels };
    case 'tokenHead':
      return {
        tokens: block.pool === 'mean' ? tokensOf(block.input) : 1, channels, features: block.features ?? 0, classes: block.classes,
      };
    case 'tokenPool':
      return { tokens: block.pool === 'mean' ? tokensOf(block.input) : 1, channels };
  }
}
