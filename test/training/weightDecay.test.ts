import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { Weights } from '../../core/model/weights.ts';
import { decayRanges } from '../../core/training/weightDecay.ts';
import { attentionBlock, convBlock, ffnBlock, mbConvBlock, pooledHeadBlock } from '../model/blockCases.ts';

const blocks = [
  convBlock({ kernelSize: 3, stride: 2, size: 8 }),
  mbConvBlock({ kernelSize: 3, stride: 2, size: 4, squeeze: true, expand: true, outputs: 8 }),
  attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 2, normAxes: 'channels' }),
  ffnBlock({ channels: 8, mlpRatio: 2, size: 2, normAxes: 'channels' }),
  pooledHeadBlock({ channels: 8, size: 2, classes: 3 }),
];
const weights = Weights.initialise({ space: 'tiny', blocks, resolution: 8, classes: 3 }, new Random(0));

/** Keys of the parameters that decay. */
function decaying(decayConvolutions?: boolean): string[] {
  const offsets = new Set(decayRanges(weights, { decayConvolutions }).filter(({ decay }) => decay).map(({ offset }) => offset));
  return [...weights.parameters.values()].filter(({ trainable, offset }) => trainable !== false && offsets.has(offset)).map(({ key }) => key);
}

// train_eval_supernet.py of ElasticViT exempts `first_conv` and every MobileBlock.
const published = [
  'attention.query.weight', 'attention.key.weight', 'attention.value.weight', 'attention.depthwise.weight', 'attention.project.weight',
  'ffn.expand.weight', 'ffn.project.weight', 'head.expand.weight', 'head.features.weight', 'head.classifier.weight',
];
const convolutions = [
  'conv.conv.weight', 'mbconv.expand.weight', 'mbconv.depthwise.weight', 'mbconv.squeeze.weight', 'mbconv.excite.weight', 'mbconv.project.weight',
  'mbconv.shortcut.weight',
];

describe('weight decay', () => {
  it('spares convolutional blocks, as the published recipe does', () => {
    expect(decaying()).toEqual(published);
    expect(decaying(false)).toEqual(published);
  });

  it('applies to the weights of convolutional blocks on request, not to their biases and norms', () => {
    expect(decaying(true)).toEqual([...convolutions, ...published]);
  });

  it('says of every trained number whether it decays, in order', () => {
    const ends = decayRanges(weights).map(({ offset, length }) => offset + length);
    expect(decayRanges(weights).map(({ offset }) => offset)).toEqual([0, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe(weights.trainable.length);
  });
});
