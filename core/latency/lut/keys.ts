import { InputError } from '../../base/errors.ts';
import type { Block, FeatureShape } from '../../network/blocks.ts';
import { hasRelu6 } from '../features.ts';

/**
 * Names of measured blocks in the tables of microsoft/nn-Meter (branch dev/hybrid-transformer), which hold one latency
 * per block shape (elasticvit.md 7.3). `hw` is the height and width of the block's input:
 *
 *   firstconv_{hw}_3_{cout}_2_3
 *   conv_{hw}_{cin}_{cout}_{expand}_{stride}_hard_swish_{kernel}_{se|nose}
 *   transds_{hw}_{cin}_{cout}_{stride}_{expand}
 *   transattn_{hw}_{c}_hard_swish_{valueRatio}_ln
 *   transffn_{hw}_{c}_{mlpRatio}_hard_swish_ln
 *   mbpool_{hw}_{c}_{features}_{expand}_hard_swish
 *
 * What a key leaves open is the same in every measured block and is filled in below.
 */
const measured = {
  headDim: 16,
  /** Squeeze-excitation narrows the hidden channels by this. */
  squeezeDivisor: 4,
  classes: 1000,
  transitionKernel: 3,
} as const;

const square = (channels: number, size: number): FeatureShape => ({ channels, height: size, width: size });
const halved = (size: number, stride: number) => Math.ceil(size / stride);

const grammar: readonly { pattern: RegExp; block: (key: string, n: number[], suffix: string) => Block }[] = [
  {
    pattern: /^firstconv_(\d+)_(3)_(\d+)_([12])_(3)$/,
    block: (name, [size, cin, cout, stride, kernelSize]) => ({
      type: 'conv', name, kernelSize, stride: strideOf(stride),
      input: square(cin, size), output: square(cout, halved(size, stride)),
    }),
  },
  {
    pattern: /^conv_(\d+)_(\d+)_(\d+)_(\d+)_([12])_hard_swish_(\d+)_(se|nose)$/,
    block: (name, [size, cin, cout, expandRatio, stride, kernelSize], squeeze) => ({
      type: 'mbconv', name, kernelSize, stride: strideOf(stride), expandRatio, hiddenChannels: cin * expandRatio,
      squeezeChannels: squeeze === 'se' ? cin * expandRatio / measured.squeezeDivisor : 0,
      role: expandRatio === 1 ? 'stem' : 'stage',
      input: square(cin, size), output: square(cout, halved(size, stride)),
    }),
  },
  {
    pattern: /^transds_(\d+)_(\d+)_(\d+)_([12])_(\d+)$/,
    block: (name, [size, cin, cout, stride, expandRatio]) => ({
      type: 'mbconv', name, kernelSize: measured.transitionKernel, stride: strideOf(stride), expandRatio,
      hiddenChannels: cin * expandRatio, squeezeChannels: cin * expandRatio / measured.squeezeDivisor,
      role: 'transition', input: square(cin, size), output: square(cout, halved(size, stride)),
    }),
  },
  {
    pattern: /^transattn_(\d+)_(\d+)_hard_swish_(\d+)_ln$/,
    block: (name, [size, channels, valueRatio]) => ({
      type: 'attention', name, numHeads: Math.floor(channels / measured.headDim), headDim: measured.headDim, valueRatio,
      normAxes: 'channels', input: square(channels, size), output: square(channels, size),
    }),
  },
  {
    pattern: /^transffn_(\d+)_(\d+)_(\d+)_hard_swish_ln$/,
    block: (name, [size, channels, mlpRatio]) => ({
      type: 'ffn', name, mlpRatio, hiddenChannels: channels * mlpRatio, normAxes: 'channels',
      input: square(channels, size), output: square(channels, size),
    }),
  },
  {
    pattern: /^mbpool_(\d+)_(\d+)_(\d+)_(\d+)_hard_swish$/,
    block: (name, [size, channels, features, expandRatio]) => ({
      type: 'pooledHead', name, hiddenChannels: channels * expandRatio, features, classes: measured.classes,
      input: square(channels, size), output: square(measured.classes, 1),
    }),
  },
];

/**
 * The block that a key stands for, with the key as its name. Grids after a stride are rounded up.
 * @throws InputError `unknown-block-key` when the key is not of the grammar above.
 */
export function blockOfKey(key: string): Block {
  for (const { pattern, block } of grammar) {
    const match = pattern.exec(key);
    if (!match) continue;
    const numbers = match.slice(1).map(Number);
    return block(key, numbers, match.at(-1) ?? '');
  }
  throw new InputError('unknown-block-key',
    `"${key}" is not the name of a measured block; expected one like "conv_96_16_24_3_2_hard_swish_3_nose", ` +
    '"transds_24_40_64_2_6", "transattn_12_64_hard_swish_2_ln", "transffn_12_64_2_hard_swish_ln", ' +
    '"mbpool_3_272_1984_6_hard_swish" or "firstconv_192_3_16_2_3".');
}

/**
 * The key under which a block would stand in such a table, or undefined when the grammar cannot say it (a grid that is
 * not square, other head dimensions, another number of classes, ...). The axes of layer norms are not part of a key:
 * the measured blocks normalise each token, the published networks all tokens jointly.
 */
export function keyOfBlock(block: Block): string | undefined {
  const { channels: cin, height, width } = block.input;
  const cout = block.output.channels;
  if (height !== width || hasRelu6(block)) return undefined;
  switch (block.type) {
    case 'conv':
      return cin === 3 && block.kernelSize === 3 ? `firstconv_${height}_3_${cout}_${block.stride}_3` : undefined;
    case 'mbconv': {
      const squeezed = block.squeezeChannels > 0;
      if (squeezed && block.squeezeChannels !== block.hiddenChannels / measured.squeezeDivisor) return undefined;
      if (block.role === 'transition') {
        if (!squeezed || block.kernelSize !== measured.transitionKernel) return undefined;
        return `transds_${height}_${cin}_${cout}_${block.stride}_${block.expandRatio}`;
      }
      return `conv_${height}_${cin}_${cout}_${block.expandRatio}_${block.stride}_hard_swish_${block.kernelSize}_` +
        (squeezed ? 'se' : 'nose');
    }
    case 'attention':
      if (block.headDim !== measured.headDim || block.numHeads !== Math.floor(cin / measured.headDim)) return undefined;
      return `transattn_${height}_${cin}_hard_swish_${block.valueRatio}_ln`;
    case 'ffn':
      return `transffn_${height}_${cin}_${block.mlpRatio}_hard_swish_ln`;
    case 'pooledHead': {
      if (block.classes !== measured.classes) return undefined;
      return `mbpool_${height}_${cin}_${block.features}_${block.hiddenChannels / cin}_hard_swish`;
    }
  }
}

function strideOf(value: number): 1 | 2 {
  return value === 2 ? 2 : 1;
}
