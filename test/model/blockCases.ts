import type { Random } from '../../core/base/random.ts';
import { modeGraph, type ForwardMode } from '../../core/model/forward.ts';
import { blockParameters, blockTables } from '../../core/network/blockGraph.ts';
import {
  tokensOf, type AttentionBlock, type Block, type ConvBlock, type EncoderAttentionBlock, type EncoderMlpBlock, type FeatureShape, type FfnBlock,
  type DepthwisePoolBlock, type MbConvBlock, type NormAxes, type OverlappingPatchEmbedBlock, type PatchEmbedBlock, type PatchMergingBlock,
  type PooledHeadBlock, type RelativeAttentionBlock, type TokenHeadBlock, type TokenPoolBlock,
} from '../../core/network/blocks.ts';
import { normal, type Feeds, type HostValue } from '../engine/compare.ts';

const shape = (channels: number, size: number): FeatureShape => ({ channels, height: size, width: size });
const strided = (size: number, stride: number) => Math.ceil(size / stride);

export function convBlock(options: { kernelSize: number; stride: 1 | 2; size: number; outputs?: number }): ConvBlock {
  const { kernelSize, stride, size, outputs = 4 } = options;
  return { type: 'conv', name: 'conv', kernelSize, stride, input: shape(3, size), output: shape(outputs, strided(size, stride)) };
}

export function mbConvBlock(options: {
  kernelSize: number; stride: 1 | 2; size: number; squeeze: boolean; expand: boolean; inputs?: number; outputs: number; sharesShortcut?: boolean;
  mobile?: boolean;
}): MbConvBlock {
  const { kernelSize, stride, size, squeeze, expand, inputs = 4, outputs, sharesShortcut, mobile } = options;
  const hiddenChannels = expand ? 2 * inputs : inputs;
  return {
    type: 'mbconv', name: 'mbconv', role: 'stage', kernelSize, stride, expandRatio: expand ? 2 : 1, hiddenChannels,
    squeezeChannels: squeeze ? Math.ceil(hiddenChannels / 2) : 0, input: shape(inputs, size), output: shape(outputs, strided(size, stride)),
    ...(sharesShortcut ? { sharesShortcut } : {}), ...(mobile ? { shortcut: 'identity', activation: 'relu6' } : {}),
  };
}

export function attentionBlock(options: { numHeads: number; headDim: number; valueRatio: number; size: number; normAxes: NormAxes }): AttentionBlock {
  const { size, ...rest } = options;
  const map = shape(options.numHeads * options.headDim, size);
  return { type: 'attention', name: 'attention', ...rest, input: map, output: map };
}

export function ffnBlock(options: { channels: number; mlpRatio: number; size: number; normAxes: NormAxes }): FfnBlock {
  const { channels, mlpRatio, size, normAxes } = options;
  return {
    type: 'ffn', name: 'ffn', mlpRatio, hiddenChannels: mlpRatio * channels, normAxes, input: shape(channels, size), output: shape(channels, size),
  };
}

export function pooledHeadBlock(options: { channels: number; size: number; classes: number }): PooledHeadBlock {
  const { channels, size, classes } = options;
  return {
    type: 'pooledHead', name: 'head', hiddenChannels: 2 * channels, features: 7, classes, input: shape(channels, size), output: { channels: classes, height: 1, width: 1 },
  };
}

const tokens = (channels: number, height: number, width: number, extraTokens: number): FeatureShape =>
  ({ channels, height, width, ...(extraTokens > 0 ? { extraTokens } : {}) });

export function patchEmbedBlock(options: { channels: number; patchSize: number; rows: number; columns: number; classToken: boolean; positions: boolean }): PatchEmbedBlock {
  const { channels, patchSize, rows, columns, classToken, positions } = options;
  return {
    type: 'patchEmbed', name: 'patchEmbed', patchSize, classToken, positions, input: { channels: 3, height: patchSize * rows, width: patchSize * columns },
    output: tokens(channels, rows, columns, Number(classToken)),
  };
}

export function overlappingPatchEmbedBlock(options: {
  kernelSize: number; stride: number; padding?: readonly [number, number]; height: number; width: number; channels?: number; norm?: boolean;
  withoutNorm?: true; classToken?: boolean; positions?: boolean;
}): OverlappingPatchEmbedBlock {
  const { kernelSize, stride, padding = [0, 0], height, width, channels = 5, norm = false, withoutNorm, classToken = false, positions = false } = options;
  const windows = (size: number) => Math.floor((size + padding[0] + padding[1] - kernelSize) / stride) + 1;
  return {
    type: 'overlappingPatchEmbed', name: 'patchEmbed', kernelSize, stride, padding, positions, classToken, initialisation: 'fanIn',
    ...(norm ? { normEpsilon: 1e-5 } : {}), ...(withoutNorm ? { withoutNorm } : {}),
    input: { channels: 3, height, width }, output: tokens(channels, windows(height), windows(width), Number(classToken)),
  };
}

export function depthwisePoolBlock(options: { channels: number; multiplier: number; size: number; extraTokens: number }): DepthwisePoolBlock {
  const { channels, multiplier, size, extraTokens } = options;
  const half = strided(size, 2);
  return {
    type: 'depthwisePool', name: 'pool', kernelSize: 3, initialisation: 'fanIn', input: tokens(channels, size, size, extraTokens),
    output: tokens(channels * multiplier, half, half, extraTokens),
  };
}

export function encoderAttentionBlock(options: {
  channels: number; numHeads: number; headDim: number; size: number; extraTokens: number; splits?: number; withoutNorm?: true;
}): EncoderAttentionBlock {
  const { channels, size, extraTokens, ...rest } = options;
  const shape = tokens(channels, size, size, extraTokens);
  return { type: 'encoderAttention', name: 'attention', ...rest, normEpsilon: 1e-5, input: shape, output: shape };
}

export function relativeAttentionBlock(options: {
  channels: number; numHeads: number; headDim: number; rows: number; columns: number; extraTokens: number; maxDistance: number; withoutNorm?: true;
}): RelativeAttentionBlock {
  const { channels, rows, columns, extraTokens, ...rest } = options;
  const shape = tokens(channels, rows, columns, extraTokens);
  return { type: 'relativeAttention', name: 'attention', normEpsilon: 1e-5, ...rest, input: shape, output: shape };
}

export function encoderMlpBlock(options: { channels: number; hiddenChannels: number; size: number; extraTokens: number; withoutNorm?: true }): EncoderMlpBlock {
  const { channels, hiddenChannels, size, extraTokens, ...rest } = options;
  const shape = tokens(channels, size, size, extraTokens);
  return { type: 'encoderMlp', name: 'mlp', mlpRatio: hiddenChannels / channels, hiddenChannels, ...rest, normEpsilon: 1e-5, input: shape, output: shape };
}

export function patchMergingBlock(options: { inputs: number; outputs: number; kernelSize: number; rows: number; columns: number; withoutNorm?: true }): PatchMergingBlock {
  const { inputs, outputs, rows, columns, ...rest } = options;
  return {
    type: 'patchMerging', name: 'merging', ...rest, normEpsilon: 1e-5, input: tokens(inputs, 2 * rows, 2 * columns, 0), output: tokens(outputs, rows, columns, 0),
  };
}

export function tokenPoolBlock(options: { channels: number; size: number; extraTokens: number; pool: TokenPoolBlock['pool'] }): TokenPoolBlock {
  const { channels, size, extraTokens, pool } = options;
  return { type: 'tokenPool', name: 'pool', pool, input: tokens(channels, size, size, extraTokens), output: { channels, height: 1, width: 1 } };
}

export function tokenHeadBlock(options: {
  channels: number; size: number; extraTokens: number; pool: TokenHeadBlock['pool']; norm: boolean; features?: number;
}): TokenHeadBlock {
  const { channels, size, extraTokens, ...rest } = options;
  return {
    type: 'tokenHead', name: 'head', ...rest, normEpsilon: 1e-5, classes: 5, input: tokens(channels, size, size, extraTokens),
    output: { channels: 5, height: 1, width: 1 },
  };
}

/** Maps larger than the longest distance, smaller than it, and not square. */
const relativeAttentions = [
  { label: '3 heads of 4 on 3x3 + 1 tokens', channels: 6, numHeads: 3, headDim: 4, rows: 3, columns: 3, extraTokens: 1, maxDistance: 3 },
  { label: '2 heads of 5 on 4x3 tokens, far ones alike', channels: 8, numHeads: 2, headDim: 5, rows: 4, columns: 3, extraTokens: 0, maxDistance: 2 },
  { label: '1 head of 16 on 2x3 + 2 tokens', channels: 5, numHeads: 1, headDim: 16, rows: 2, columns: 3, extraTokens: 2, maxDistance: 7 },
  { label: '2 heads of 3 on 1 + 1 tokens', channels: 7, numHeads: 2, headDim: 3, rows: 1, columns: 1, extraTokens: 1, maxDistance: 1 },
  { label: 'without its norm, 4 heads of 8 on 4x2 + 1 tokens', channels: 9, numHeads: 4, headDim: 8, rows: 4, columns: 2, extraTokens: 1, maxDistance: 3, withoutNorm: true as const },
];

/** Token counts and widths below, between and beyond what vector registers and cache lines hold. */
function tokenBlocks(): { label: string; block: Block }[] {
  const cases: { label: string; block: Block }[] = [];
  for (const classToken of [false, true]) {
    for (const positions of [false, true]) {
      const label = `patchEmbed${classToken ? ', class token' : ''}${positions ? ', positions' : ''}`;
      cases.push({ label: `${label}, 2x3 patches`, block: patchEmbedBlock({ channels: 5, patchSize: 2, rows: 2, columns: 3, classToken, positions }) });
    }
  }
  cases.push({ label: 'patchEmbed, one patch', block: patchEmbedBlock({ channels: 8, patchSize: 4, rows: 1, columns: 1, classToken: true, positions: true }) });
  for (const options of [
    { kernelSize: 4, stride: 2, height: 8, width: 6, classToken: true, positions: true },
    { kernelSize: 4, stride: 2, height: 9, width: 7, positions: true },
    { kernelSize: 5, stride: 2, height: 6, width: 5, padding: [0, 1], norm: true, positions: true },
    { kernelSize: 3, stride: 1, height: 3, width: 4, padding: [1, 1], norm: true, withoutNorm: true },
    { kernelSize: 3, stride: 2, height: 3, width: 3, classToken: true, norm: true },
    { kernelSize: 7, stride: 4, height: 8, width: 4, padding: [1, 2], norm: true },
  ] as const) {
    const parts = Object.entries(options).filter(([, value]) => value === true).map(([name]) => name);
    const label = `overlappingPatchEmbed, ${options.kernelSize}x${options.kernelSize}, stride ${options.stride}, ${options.height}x${options.width}`;
    cases.push({ label: [label, ...parts].join(', '), block: overlappingPatchEmbedBlock(options) });
  }
  for (const [channels, multiplier, size, extraTokens] of [[4, 1, 4, 1], [3, 2, 5, 1], [5, 3, 3, 0], [2, 4, 1, 2]]) {
    const label = `depthwisePool, ${channels} to ${channels * multiplier} channels, ${size ** 2} + ${extraTokens} tokens`;
    cases.push({ label, block: depthwisePoolBlock({ channels, multiplier, size, extraTokens }) });
  }
  for (const [channels, numHeads, headDim, size, extraTokens] of [[8, 2, 4, 2, 0], [6, 3, 2, 3, 1], [5, 1, 7, 1, 0], [12, 3, 8, 4, 1], [16, 2, 16, 5, 0], [7, 1, 3, 1, 1]]) {
    const label = `encoderAttention, ${numHeads} heads of ${headDim} on ${channels} channels, ${size ** 2} + ${extraTokens} tokens`;
    cases.push({ label, block: encoderAttentionBlock({ channels, numHeads, headDim, size, extraTokens }) });
  }
  for (const { label, ...options } of relativeAttentions) cases.push({ label: `relativeAttention, ${label}`, block: relativeAttentionBlock(options) });
  for (const [channels, hiddenChannels, size, extraTokens] of [[8, 32, 2, 0], [5, 17, 3, 1], [7, 3, 1, 0], [12, 20, 4, 1]]) {
    cases.push({ label: `encoderMlp, ${channels} to ${hiddenChannels} channels, ${size ** 2} + ${extraTokens} tokens`, block: encoderMlpBlock({ channels, hiddenChannels, size, extraTokens }) });
  }
  for (const norm of [false, true]) {
    for (const [pool, extraTokens] of [['mean', 0], ['mean', 1], ['classToken', 1], ['classToken', 2]] as const) {
      const label = `tokenHead, ${pool} of 4 + ${extraTokens} tokens${norm ? ', norm' : ''}`;
      cases.push({ label, block: tokenHeadBlock({ channels: 6, size: 2, extraTokens, pool, norm }) });
    }
  }
  return cases;
}

/** As-ViT's blocks: kernels that overlap or not, windows, and all of them without norms. */
function windowBlocks(): { label: string; block: Block }[] {
  const cases: { label: string; block: Block }[] = [];
  const norms = [{}, { withoutNorm: true }] as const;
  for (const [kernelSize, rows, columns, norm] of [[2, 2, 3, 0], [3, 3, 2, 0], [4, 3, 2, 0], [4, 1, 1, 1], [3, 1, 2, 1], [2, 1, 1, 1]] as const) {
    const label = `patchMerging ${kernelSize}x${kernelSize}, ${2 * rows}x${2 * columns} tokens${norm ? ', no norm' : ''}`;
    cases.push({ label, block: patchMergingBlock({ inputs: 5, outputs: 7, kernelSize, rows, columns, ...norms[norm] }) });
  }
  for (const [splits, size, channels, numHeads, headDim, norm] of [[2, 4, 8, 2, 4, 0], [3, 6, 7, 3, 2, 0], [2, 2, 5, 1, 7, 1], [1, 3, 6, 2, 3, 1]] as const) {
    const label = `encoderAttention, ${splits}x${splits} windows of ${size}x${size} tokens, ${numHeads} heads of ${headDim} on ${channels} channels${norm ? ', no norm' : ''}`;
    cases.push({ label, block: encoderAttentionBlock({ channels, numHeads, headDim, size, extraTokens: 0, splits, ...norms[norm] }) });
  }
  cases.push({ label: 'encoderMlp, no norm', block: encoderMlpBlock({ channels: 5, hiddenChannels: 11, size: 2, extraTokens: 0, withoutNorm: true }) });
  for (const [pool, extraTokens] of [['mean', 0], ['mean', 1], ['classToken', 1]] as const) {
    cases.push({ label: `tokenPool, ${pool} of 9 + ${extraTokens} tokens`, block: tokenPoolBlock({ channels: 5, size: 3, extraTokens, pool }) });
  }
  cases.push({ label: 'tokenHead, two layers', block: tokenHeadBlock({ channels: 6, size: 2, extraTokens: 0, pool: 'mean', norm: true, features: 7 }) });
  return cases;
}

/** Every variant of every block type, on small maps. */
export function allBlocks(): { label: string; block: Block }[] {
  const cases: { label: string; block: Block }[] = [];
  const sizes = [4, 5];
  const strides = [1, 2] as const;
  const norms: readonly NormAxes[] = ['tokens-and-channels', 'channels'];
  for (const kernelSize of [3, 5]) {
    for (const stride of strides) {
      for (const size of sizes) {
        const place = `${kernelSize}x${kernelSize}, stride ${stride}, map ${size}`;
        cases.push({ label: `conv ${place}`, block: convBlock({ kernelSize, stride, size }) });
        for (const squeeze of [false, true]) {
          for (const expand of [false, true]) {
            for (const [shortcut, extra] of [['kept', { outputs: 4 }], ['projected', { outputs: 6 }], ['projected by a supernet', { outputs: 4, sharesShortcut: true }]] as const) {
              const label = `mbconv ${place}, shortcut ${shortcut}${squeeze ? ', squeezed' : ''}${expand ? ', expanded' : ''}`;
              cases.push({ label, block: mbConvBlock({ kernelSize, stride, size, squeeze, expand, ...extra }) });
            }
          }
        }
      }
    }
  }
  for (const [label, stride, outputs] of [['kept', 1, 4], ['none beside other channels', 1, 6], ['none beside a smaller map', 2, 4]] as const) {
    cases.push({ label: `mbconv of MobileNetV2, shortcut ${label}`, block: mbConvBlock({ kernelSize: 3, stride, size: 4, squeeze: false, expand: true, outputs, mobile: true }) });
  }
  cases.push({ label: 'conv with ReLU6', block: { ...convBlock({ kernelSize: 3, stride: 2, size: 4 }), activation: 'relu6' } });
  const { features: _, ...oneLayer } = pooledHeadBlock({ channels: 4, size: 3, classes: 5 });
  cases.push({ label: 'pooledHead, one layer', block: { ...oneLayer, activation: 'relu6' } });
  for (const normAxes of norms) {
    for (const valueRatio of [1, 2, 3, 4]) {
      const size = 1 + valueRatio % 4;
      const label = `attention, values ${valueRatio} x keys, norm over ${normAxes}, map ${size}`;
      cases.push({ label, block: attentionBlock({ numHeads: 1 + valueRatio % 3, headDim: 4, valueRatio, size, normAxes }) });
    }
    cases.push({ label: `attention with heads as published, norm over ${normAxes}`, block: attentionBlock({ numHeads: 2, headDim: 16, valueRatio: 2, size: 3, normAxes }) });
    for (const size of [1, 2, 3]) cases.push({ label: `ffn, norm over ${normAxes}, map ${size}`, block: ffnBlock({ channels: 6, mlpRatio: size, size, normAxes }) });
  }
  cases.push(
    { label: 'attention, no norm', block: { ...attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 3, normAxes: 'channels' }), withoutNorm: true } },
    { label: 'ffn, no norm', block: { ...ffnBlock({ channels: 5, mlpRatio: 2, size: 2, normAxes: 'channels' }), withoutNorm: true } },
    ...unevenBlocks(),
  );
  for (const size of [2, 3]) cases.push({ label: `pooledHead, map ${size}`, block: pooledHeadBlock({ channels: 4, size, classes: 5 }) });
  return [...cases, ...tokenBlocks(), ...windowBlocks()];
}

/** Channels and maps that are multiples of nothing, and larger than a vector register: what fast kernels get wrong. */
function unevenBlocks(): { label: string; block: Block }[] {
  const normAxes: readonly NormAxes[] = ['tokens-and-channels', 'channels'];
  return [
    ...([[3, 1, 9], [3, 2, 17], [5, 2, 10]] as const).map(([kernelSize, stride, size]) => ({
      label: `conv ${kernelSize}x${kernelSize}, stride ${stride}, map ${size}, 7 filters`,
      block: convBlock({ kernelSize, stride, size, outputs: 7 }),
    })),
    ...([[3, 1, 9, 5], [3, 2, 11, 7], [5, 1, 7, 9], [5, 2, 10, 3], [3, 2, 1, 5], [5, 1, 2, 5]] as const).map(([kernelSize, stride, size, outputs]) => ({
      label: `mbconv ${kernelSize}x${kernelSize}, stride ${stride}, map ${size}, 5 to ${outputs} channels`,
      block: mbConvBlock({ kernelSize, stride, size, squeeze: true, expand: true, inputs: 5, outputs }),
    })),
    ...normAxes.flatMap((norm) => [
      { label: `attention, 3 heads of 5, map 5, norm over ${norm}`, block: attentionBlock({ numHeads: 3, headDim: 5, valueRatio: 3, size: 5, normAxes: norm }) },
      { label: `ffn, 7 channels, map 6, norm over ${norm}`, block: ffnBlock({ channels: 7, mlpRatio: 3, size: 6, normAxes: norm }) },
    ]),
    { label: 'pooledHead, 5 channels, map 5', block: pooledHeadBlock({ channels: 5, size: 5, classes: 3 }) },
  ];
}

/** Random feeds for a block's graph in a mode: values of the size they have in trained networks, none of them special. */
export function blockFeeds(block: Block, mode: ForwardMode, batch: number, random: Random): Feeds {
  const feeds: Record<string, HostValue> = { x: normal(random, inputShape(block, batch), 0.2), ...blockTables(block) };
  const wanted = new Set(modeGraph(block, mode).parameters);
  for (const { name, shape } of blockParameters(block)) {
    if (!wanted.has(name)) continue;
    if (name.endsWith('.variance')) feeds[name] = { shape, data: normal(random, shape).data.map((v) => 0.5 + Math.abs(v)) };
    else if (name.endsWith('.scale')) feeds[name] = normal(random, shape, 1, 0.3);
    else if (name.endsWith('.weight')) feeds[name] = normal(random, shape, 0, 1.5 / Math.sqrt(fanIn(shape)));
    // Squeezed channels are few, and a dead one would have no gradient to compare.
    else feeds[name] = normal(random, shape, name === 'squeeze.bias' ? 1 : 0, 0.3);
  }
  return feeds;
}

function inputShape({ type, input }: Block, batch: number): number[] {
  return ['depthwisePool', 'encoderAttention', 'relativeAttention', 'encoderMlp', 'patchMerging', 'tokenHead', 'tokenPool'].includes(type)
    ? [batch, tokensOf(input), input.channels]
    : [batch, input.channels, input.height, input.width];
}

function fanIn(shape: readonly number[]): number {
  return shape.length === 4 ? shape[1] * shape[2] * shape[3] : shape[0];
}
