import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { blockGraph, blockParameters, blockParams, blockSizes, blockTables, buildBlockGraph, networkParams } from '../../core/network/blockGraph.ts';
import type { Block, MbConvBlock } from '../../core/network/blocks.ts';
import { elasticVit } from '../../core/spaces/elasticvit/space.ts';
import { getSpace, spaceIds } from '../../core/spaces/index.ts';
import { attentionBlock, ffnBlock, mbConvBlock } from '../model/blockCases.ts';

describe('the parameters of the released ElasticViT networks', () => {
  /** Millions, as counted in the released PyTorch models (fact sheet elasticvit.md 2, column "params M"). */
  const published = { T1: 8.91, T2: 9.30, S1: 10.84, S2: 10.23, M: 12.02, L1: 12.76, 'L1.5': 14.71, L2: 14.90, L3: 15.34 };

  it.each(Object.entries(published))('%s has %s M', (name, millions) => {
    const params = networkParams(elasticVit.lower(elasticVit.networks[name])) / 1e6;
    expect(Math.abs(params - millions)).toBeLessThan(0.01);
  });

  it('include one relative position per signed offset and head: 0.117 M in the largest network', () => {
    const positions = elasticVit.lower(elasticVit.largest).blocks.flatMap((block) => blockParameters(block))
      .filter(({ name }) => name === 'relativePosition').reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    expect((positions / 1e6).toFixed(3)).toBe('0.117');
  });
});

describe('blocks', () => {
  it('of one variant share a graph, whatever their sizes', () => {
    const block = (size: number, outputs: number) => mbConvBlock({ kernelSize: 3, stride: 2, size, squeeze: true, expand: true, outputs });
    expect(blockGraph(block(4, 6))).toBe(blockGraph(block(8, 9)));
    expect(blockGraph(block(4, 6))).not.toBe(blockGraph(block(5, 6)));
    expect(blockGraph(block(4, 6))).not.toBe(blockGraph(block(4, 4)));
  });

  it.each(spaceIds)('of one variant have the same graph, whichever of them it was built for: %s', (id) => {
    const space = getSpace(id);
    const random = new Random(`variants/${id}`);
    const archs = [...Object.values(space.networks), ...Array.from({ length: 20 }, () => space.sample(random))];
    const firsts = new Map<string, unknown>();
    for (const block of archs.flatMap((arch) => space.lower(arch).blocks)) {
      const { name, ...graph } = buildBlockGraph(block);
      const first = firsts.get(name);
      if (first === undefined) firsts.set(name, graph);
      else expect(graph, `${name} for ${JSON.stringify(block)}`).toEqual(first);
    }
    expect(firsts.size).toBeGreaterThan(1);
  });

  it('have a size for every symbol of their graph but the batch', () => {
    const known = new Set<string>();
    for (const block of elasticVit.lower(elasticVit.networks.S1).blocks) {
      const sizes = blockSizes(block);
      for (const { dims } of [...blockGraph(block).inputs, ...blockGraph(block).parameters].map((name) => blockGraph(block).values.get(name)!)) {
        for (const dim of dims) {
          for (const symbol of String(dim).split('*').filter((part) => /^[a-zA-Z]/.test(part) && part !== 'B')) {
            expect(sizes.has(symbol), `${block.name}: ${symbol}`).toBe(true);
            known.add(symbol);
          }
        }
      }
    }
    expect([...known].sort()).toEqual(['H', 'W', 'channels', 'classes', 'columnOffsets', 'features', 'heads', 'hidden', 'inputs', 'outputs', 'rowOffsets', 'squeezed']);
  });

  it('count weights and biases, not running statistics', () => {
    // By hand: expansion 4x8 + norm 16, depthwise 8x9 + norm 16, squeeze 8x4+4 and 4x8+8, projection 8x6 + norm 12, shortcut 4x6.
    const mbconv: MbConvBlock = mbConvBlock({ kernelSize: 3, stride: 1, size: 4, squeeze: true, expand: true, outputs: 6 });
    expect(blockParams(mbconv)).toBe(4 * 8 + 16 + 8 * 9 + 16 + (8 * 4 + 4) + (4 * 8 + 8) + 8 * 6 + 12 + 4 * 6);
    // Norm 2x8, two layers 8x24+24 and 24x8+8.
    expect(blockParams(ffnBlock({ channels: 8, mlpRatio: 3, size: 2, normAxes: 'channels' }))).toBe(16 + 8 * 24 + 24 + 24 * 8 + 8);
    // Norm 2x8; queries and keys 8x8, values 8x16; depthwise 16x9; positions 5x5x2; projection 16x8+8.
    expect(blockParams(attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 3, normAxes: 'channels' })))
      .toBe(16 + 8 * 8 * 2 + 8 * 16 + 16 * 9 + 50 + 16 * 8 + 8);
  });
});

describe('the table of relative positions', () => {
  it('numbers the signed offset from key to query, row by row', () => {
    const size = 3;
    const block: Block = attentionBlock({ numHeads: 1, headDim: 4, valueRatio: 1, size, normAxes: 'channels' });
    const { shape, data } = blockTables(block).relativeOffset;
    expect(shape).toEqual([81]);
    const span = 2 * size - 1;
    for (let query = 0; query < 9; query++) {
      for (let key = 0; key < 9; key++) {
        const row = data[query * 9 + key];
        expect(Math.floor(row / span) - (size - 1)).toBe(Math.floor(query / size) - Math.floor(key / size));
        expect(row % span - (size - 1)).toBe(query % size - key % size);
      }
    }
    expect(new Set(data).size).toBe(span ** 2);
  });
});
