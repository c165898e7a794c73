import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { blockGraph, blockParams } from '../../../core/network/blockGraph.ts';
import { tokensOf, type RelativeAttentionBlock } from '../../../core/network/blocks.ts';
import { evaluateExactly, type ExactTensor } from '../../engine/exact.ts';
import { blockFeeds, relativeAttentionBlock } from '../../model/blockCases.ts';

/**
 * AutoFormer's attention as its paper and release write it (tftas.md 3.2): a vector for every pair of tokens, all of them
 * spelled out, in plain loops.
 */
function denseAttention(block: RelativeAttentionBlock, feeds: Readonly<Record<string, ExactTensor>>, image: number): number[][] {
  const { numHeads, headDim, maxDistance, input, normEpsilon } = block;
  const { channels, width, extraTokens = 0 } = input;
  const tokens = tokensOf(input);
  const at = (name: string, row: number, column: number) => feeds[name].data[row * feeds[name].shape[1] + column];
  const x = Array.from({ length: tokens }, (_, i) => Array.from({ length: channels }, (_, c) => feeds.x.data[(image * tokens + i) * channels + c]));
  const normalised = block.withoutNorm ? x : x.map((token) => {
    const mean = token.reduce((sum, v) => sum + v, 0) / channels;
    const variance = token.reduce((sum, v) => sum + (v - mean) ** 2, 0) / channels;
    return token.map((v, c) => (v - mean) / Math.sqrt(variance + normEpsilon) * feeds['norm.scale'].data[c] + feeds['norm.bias'].data[c]);
  });
  const linear = (rows: number[][], name: string, outputs: number) => rows.map((row) => Array.from({ length: outputs }, (_, o) =>
    row.reduce((sum, v, c) => sum + v * at(`${name}.weight`, c, o), feeds[`${name}.bias`].data[o])));
  const [query, key, value] = ['query', 'key', 'value'].map((name) => linear(normalised, name, numHeads * headDim));
  const place = (token: number) => token < extraTokens ? undefined : [Math.floor((token - extraTokens) / width), (token - extraTokens) % width];
  const row = (distance: number) => Math.max(-maxDistance, Math.min(maxDistance, distance)) + maxDistance + 1;
  const relative = (name: string, i: number, j: number, d: number) => {
    const [from, to] = [place(i), place(j)];
    const [vertical, horizontal] = from && to ? [row(to[0] - from[0]), row(to[1] - from[1])] : [0, 0];
    return at(`${name}.vertical`, vertical, d) + at(`${name}.horizontal`, horizontal, d);
  };
  const joined = x.map(() => Array<number>(numHeads * headDim).fill(0));
  for (let head = 0; head < numHeads; head++) {
    const own = (d: number) => head * headDim + d;
    for (let i = 0; i < tokens; i++) {
      const logits = x.map((_, j) => {
        let sum = 0;
        for (let d = 0; d < headDim; d++) sum += query[i][own(d)] * (key[j][own(d)] + relative('relativeKey', i, j, d));
        return sum / Math.sqrt(headDim);
      });
      const most = Math.max(...logits);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
      for (let j = 0; j < tokens; j++) {
        const weight = Math.exp(logits[j] - most) / total;
        for (let d = 0; d < headDim; d++) joined[i][own(d)] += weight * (value[j][own(d)] + relative('relativeValue', i, j, d));
      }
    }
  }
  return linear(joined, 'project', channels).map((token, i) => token.map((v, c) => v + x[i][c]));
}

const cases: readonly [string, RelativeAttentionBlock][] = [
  ['a square map with a class token', relativeAttentionBlock({ channels: 6, numHeads: 2, headDim: 4, rows: 3, columns: 3, extraTokens: 1, maxDistance: 3 })],
  ['a map with distances beyond the longest', relativeAttentionBlock({ channels: 5, numHeads: 3, headDim: 2, rows: 5, columns: 4, extraTokens: 1, maxDistance: 2 })],
  ['a map without a class token', relativeAttentionBlock({ channels: 4, numHeads: 1, headDim: 8, rows: 2, columns: 4, extraTokens: 0, maxDistance: 7 })],
  ['two tokens in front of the map and no norm', relativeAttentionBlock({ channels: 4, numHeads: 2, headDim: 3, rows: 2, columns: 2, extraTokens: 2, maxDistance: 1, withoutNorm: true })],
];

describe('attention with relative positions', () => {
  it.each(cases)('by lines equals a vector for every pair on %s', (label, block) => {
    const feeds = blockFeeds(block, 'inference', 2, new Random(label));
    const graph = blockGraph(block);
    const found = evaluateExactly(graph, feeds).get(graph.outputs[0])!;
    const expected = [0, 1].flatMap((image) => denseAttention(block, feeds, image).flat());
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found.data[i])), 0);
    expect(worst).toBeLessThan(1e-12);
  });

  it('has the parameters of AutoFormer\'s layers: 4 D Q + 3 Q + D for attention, 2 D for its norm, four tables of 30 x 64', () => {
    const [channels, numHeads, headDim] = [192, 3, 64];
    const block = relativeAttentionBlock({ channels, numHeads, headDim, rows: 14, columns: 14, extraTokens: 1, maxDistance: 14 });
    const inner = numHeads * headDim;
    const expected = 4 * channels * inner + 3 * inner + channels + 2 * channels + 4 * 30 * 64;
    expect(blockParams(block)).toBe(expected);
    expect(blockParams({ ...block, withoutNorm: true })).toBe(expected - 2 * channels);
  });
});
