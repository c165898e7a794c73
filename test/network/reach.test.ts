import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { modeGraph } from '../../core/model/forward.ts';
import type { Block } from '../../core/network/blocks.ts';
import { positionsRead } from '../../core/network/reach.ts';
import { evaluateExactly } from '../engine/exact.ts';
import {
  attentionBlock, blockFeeds, convBlock, depthwisePoolBlock, encoderAttentionBlock, encoderMlpBlock, ffnBlock, mbConvBlock, overlappingPatchEmbedBlock,
  patchEmbedBlock, patchMergingBlock, pooledHeadBlock, relativeAttentionBlock, tokenHeadBlock,
} from '../model/blockCases.ts';

/** By brute force: changes one input position after the other, and counts those that change the output's middle position. */
function countReads(block: Block): number {
  const graph = modeGraph(block, 'inference');
  const feeds = blockFeeds(block, 'inference', 1, new Random('reads'));
  const { shape, data } = feeds.x;
  // Tokens hold their channels side by side, maps one behind the other.
  const isMap = shape.length === 4;
  const channels = shape[isMap ? 1 : 2];
  const positions = data.length / channels;
  const middle = () => {
    const output = evaluateExactly(graph, feeds).get(graph.outputs[0])!;
    const outputIsMap = output.shape.length === 4;
    const [width, count] = outputIsMap ? [output.shape[1], output.shape[2] * output.shape[3]] : [output.shape.at(-1)!, output.data.length / output.shape.at(-1)!];
    const { height = 1, width: columns = 1, extraTokens = 0 } = block.output;
    const at = count === 1 ? 0 : (outputIsMap ? 0 : extraTokens) + Math.floor(height / 2) * columns + Math.floor(columns / 2);
    return Array.from({ length: width }, (_, channel) => output.data[outputIsMap ? channel * count + at : at * width + channel]);
  };
  const before = middle();
  let reads = 0;
  for (let position = 0; position < positions; position++) {
    const indices = Array.from({ length: channels }, (_, channel) => (isMap ? channel * positions + position : position * channels + channel));
    const kept = indices.map((i) => data[i]);
    for (const [channel, i] of indices.entries()) data[i] += 0.3 * (channel + 1);
    if (middle().some((value, i) => value !== before[i])) reads++;
    for (const [channel, i] of indices.entries()) data[i] = kept[channel];
  }
  return reads;
}

describe('positions that a block reads', () => {
  it.each<[string, Block]>([
    ['a convolution', convBlock({ kernelSize: 3, stride: 2, size: 9 })],
    ['an inverted residual', mbConvBlock({ kernelSize: 5, stride: 1, size: 7, squeeze: false, expand: true, outputs: 4 })],
    ['attention on a map', attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 3, normAxes: 'channels' })],
    ['attention on tokens', encoderAttentionBlock({ channels: 4, numHeads: 2, headDim: 2, size: 3, extraTokens: 1 })],
    ['attention in windows', encoderAttentionBlock({ channels: 4, numHeads: 2, headDim: 2, size: 4, extraTokens: 0, splits: 2 })],
    ['attention with relative positions', relativeAttentionBlock({ channels: 4, numHeads: 1, headDim: 4, rows: 3, columns: 2, extraTokens: 1, maxDistance: 3 })],
    ['an MLP on a map', ffnBlock({ channels: 4, mlpRatio: 2, size: 3, normAxes: 'channels' })],
    ['an MLP on tokens', encoderMlpBlock({ channels: 4, hiddenChannels: 8, size: 3, extraTokens: 1 })],
    ['patches', patchEmbedBlock({ channels: 4, patchSize: 3, rows: 3, columns: 3, classToken: true, positions: true })],
    ['patches that overlap', overlappingPatchEmbedBlock({ kernelSize: 4, stride: 2, height: 10, width: 10, norm: true })],
    ['pooling between stages', depthwisePoolBlock({ channels: 3, multiplier: 2, size: 7, extraTokens: 1 })],
    ['patch merging', patchMergingBlock({ inputs: 4, outputs: 6, kernelSize: 4, rows: 3, columns: 3 })],
    ['a head on a map', pooledHeadBlock({ channels: 4, size: 3, classes: 5 })],
    ['a head on tokens', tokenHeadBlock({ channels: 4, size: 2, extraTokens: 1, pool: 'mean', norm: true })],
  ])('of %s are those that change its output', (_, block) => {
    // The class token is no part of the mean that a head on tokens reads.
    const unread = block.type === 'tokenHead' ? 1 : 0;
    expect(positionsRead(block)).toBe(countReads(block) + unread);
  });
});
