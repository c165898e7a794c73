import { describe, expect, it } from 'vitest';
import { asFeatures } from '../../core/network/asFeatures.ts';
import { blockGraph, blockParameters } from '../../core/network/blockGraph.ts';
import { withoutNorms } from '../../core/network/withoutNorms.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { allBlocks } from '../model/blockCases.ts';

describe('a network without layer norms', () => {
  it('has none in any block, and all other parameters as before', () => {
    for (const { label, block } of allBlocks()) {
      const { blocks: [without] } = withoutNorms({ space: 'test', resolution: 8, classes: 2, blocks: [block] });
      expect(blockGraph(without).nodes.filter(({ operator }) => operator === 'LayerNormalization'), label).toEqual([]);
      expect(blockParameters(without), label).toEqual(blockParameters(block).filter(({ name }) => !name.startsWith('norm.')));
    }
  });
});

describe('a network as features', () => {
  it('ends in what the classifier reads', () => {
    const tail = (network: ReturnType<typeof vitNetwork>) => asFeatures(network)!.blocks.at(-1);
    expect(tail(vitNetwork({ width: 12, depth: 1, numHeads: 2 }))).toMatchObject({ type: 'tokenPool', pool: 'classToken', output: { channels: 12 } });
    expect(tail(vitNetwork({ width: 12, depth: 1, numHeads: 2, pool: 'mean' }))).toMatchObject({ type: 'tokenPool', pool: 'mean', input: { extraTokens: 1 } });
  });

  it('is none where the classifier reads a map', () => {
    expect(asFeatures(elasticVitMini.lower(elasticVitMini.smallest))).toBeUndefined();
  });
});
