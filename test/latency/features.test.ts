import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { evaluate, type Dim } from '../../core/graph/dims.ts';
import { latencyKindOf, latencyKinds, termsOf } from '../../core/latency/features.ts';
import { blockOfKey } from '../../core/latency/lut/keys.ts';
import { blockGraph, blockSizes } from '../../core/network/blockGraph.ts';
import type { Block } from '../../core/network/blocks.ts';
import { blockMacs } from '../../core/network/counts.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { allBlocks, depthwisePoolBlock, overlappingPatchEmbedBlock } from '../model/blockCases.ts';

/** Multiply-accumulates of all matrix products in a block's graph, for one image. */
function productsOf(block: Block): number {
  const { nodes, values } = blockGraph(block);
  const sizes = blockSizes(block).set('B', 1);
  const size = (dims: readonly Dim[]) => dims.reduce<number>((product, dim) => product * evaluate(dim, sizes), 1);
  return nodes.filter(({ operator }) => operator === 'MatMul').reduce((sum, { inputs: [left], outputs: [product] }) =>
    sum + size(values.get(product)!.dims) * size(values.get(left)!.dims.slice(-1)), 0);
}

describe('the work in a block', () => {
  it('holds exactly the multiply-accumulates that the block has, split by kind of operation', () => {
    const space = getSpace('elasticvit');
    const random = new Random('terms');
    for (let i = 0; i < 50; i++) {
      for (const block of space.lower(space.sample(random)).blocks) {
        const { convMacs, depthwiseMacs, matmulMacs, vectorMacs, attentionMacs } = termsOf(block);
        const sum = convMacs + depthwiseMacs + matmulMacs + vectorMacs + attentionMacs;
        expect(sum * 1e6 / blockMacs(block), block.name).toBeCloseTo(1, 9);
      }
    }
  });

  it('follows the shapes, counted by hand for an FFN of 144 tokens, 64 channels and ratio 2', () => {
    const terms = termsOf(blockOfKey('transffn_12_64_2_hard_swish_ln'));
    expect(terms.constant).toBe(1);
    expect(terms.matmulMacs).toBeCloseTo(2 * 144 * 64 * 128 / 1e6, 12);
    expect(terms.activationElements).toBeCloseTo(144 * 128 / 1e6, 12);
    expect(terms.normElements).toBeCloseTo(144 * 64 / 1e6, 12);
    expect(terms.weightBytes).toBeCloseTo(4 * 2 * 64 * 128 / 1e6, 12);
  });

  it('has N^2 scores per head in attention', () => {
    const terms = termsOf(blockOfKey('transattn_12_64_hard_swish_2_ln'));
    expect(terms.softmaxElements).toBeCloseTo(4 * 144 ** 2 / 1e6, 12);
    expect(terms.attentionMacs).toBeCloseTo(144 ** 2 * (64 + 128) / 1e6, 12);
  });

  it('is split like that for tokens, the class token included', () => {
    for (const classToken of [true, false]) {
      for (const block of vitNetwork({ width: 192, depth: 1, numHeads: 3, classToken }).blocks) {
        const { matmulMacs, vectorMacs, attentionMacs } = termsOf(block);
        expect((matmulMacs + vectorMacs + attentionMacs) * 1e6 / blockMacs(block), block.name).toBeCloseTo(1, 9);
      }
    }
  });

  it('is split like that for overlapping patches and for pooling with a class token', () => {
    const embedding = overlappingPatchEmbedBlock({ kernelSize: 16, stride: 8, height: 224, width: 224, channels: 64, classToken: true, positions: true });
    expect(termsOf(embedding).convMacs * 1e6).toBeCloseTo(blockMacs(embedding), 3);
    const pool = depthwisePoolBlock({ channels: 64, multiplier: 2, size: 27, extraTokens: 1 });
    expect((termsOf(pool).depthwiseMacs + termsOf(pool).vectorMacs) * 1e6).toBeCloseTo(blockMacs(pool), 3);
    // By hand: a filter of nine for each of 128 channels at 14x14 places, and one vector through a 64x128 matrix.
    expect(blockMacs(pool)).toBe(14 ** 2 * 9 * 128 + 64 * 128);
  });

  it('is split like that for blocks of every type, with the products that relative positions take', () => {
    for (const { label, block } of allBlocks()) {
      const { convMacs, depthwiseMacs, matmulMacs, vectorMacs, attentionMacs } = termsOf(block);
      expect((convMacs + depthwiseMacs + matmulMacs + vectorMacs + attentionMacs) * 1e6, label).toBeCloseTo(block.type === 'relativeAttention' ? productsOf(block) : blockMacs(block), 6);
    }
  });

  it('is known for every kind of block', () => {
    const space = getSpace('elasticvit');
    const blocks = [...space.lower(space.largest).blocks, ...allBlocks().map(({ block }) => block)];
    expect(new Set(blocks.map(latencyKindOf))).toEqual(new Set(latencyKinds));
  });
});
