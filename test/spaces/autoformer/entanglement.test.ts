import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { SubnetView } from '../../../core/model/subnet.ts';
import { Weights } from '../../../core/model/weights.ts';
import type { AutoFormerArchitecture } from '../../../core/spaces/autoformer/architecture.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';

/*
 * AutoFormer's weight entanglement as released (tftas.md 3.3), with its own layout: matrices [out, in], queries, keys and
 * values of a layer in one matrix of which a subnet takes every third row from 0, 1 and 2 on.
 */

const { largest, choices } = autoFormerMini;
const [maxWidth, maxHeads] = [largest.embedDim, largest.numHeads[0]];
const maxInner = choices.headDim * maxHeads;
const parts = ['query', 'key', 'value'] as const;

/** The number that a place of the released supernet's qkv matrix holds here. */
const qkvNumber = (layer: number, row: number, column: number) => layer * 1e6 + row * maxWidth + column;

/** The rows that the release takes for `3 inner` outputs, in its order. */
const releasedRows = (inner: number) => [0, 1, 2].flatMap((first) => {
  const rows: number[] = [];
  for (let row = first; row < 3 * inner; row += 3) rows.push(row);
  return rows;
});

/** Our supernet with the released one's numbers: the largest network's queries are the rows 0, 3, 6 ... and so on. */
function supernet(): Weights {
  const weights = new Weights(autoFormerMini.lower(largest, { supernet: true }));
  for (let layer = 0; layer < largest.depth; layer++) {
    const rows = releasedRows(maxInner);
    parts.forEach((part, third) => {
      const ours = weights.view(`blocks.${layer}.attention.${part}.weight`);
      for (let output = 0; output < maxInner; output++) {
        const row = rows[third * maxInner + output];
        for (let column = 0; column < maxWidth; column++) ours[column * maxInner + output] = qkvNumber(layer, row, column);
      }
    });
  }
  return weights;
}

/** How many elements differ; quicker than a deep comparison. */
const differing = (actual: Float32Array, expected: (index: number) => number) =>
  actual.reduce((count, value, i) => count + Number(value !== Math.fround(expected(i))), 0);

describe('weight entanglement', () => {
  const weights = supernet();
  const random = new Random('entanglement');
  const archs: AutoFormerArchitecture[] = [autoFormerMini.smallest, largest, ...Array.from({ length: 3 }, () => autoFormerMini.sample(random))];

  it('gives a subnet the queries, keys and values that the release cuts out of its interleaved matrix', () => {
    for (const arch of archs) {
      const view = new SubnetView(weights, autoFormerMini.lower(arch));
      arch.numHeads.forEach((heads, layer) => {
        const inner = choices.headDim * heads;
        const rows = releasedRows(inner);
        parts.forEach((part, third) => {
          const { shape, data } = view.read(`blocks.${layer}.attention.${part}.weight`);
          expect(shape).toEqual([arch.embedDim, inner]);
          expect(differing(data, (i) => qkvNumber(layer, rows[third * inner + i % inner], Math.floor(i / inner)))).toBe(0);
        });
      });
    }
  });

  it('gives a subnet the first rows and columns of every other matrix, and the tables of relative positions whole', () => {
    const numbered = new Weights(weights.network);
    numbered.trainable.forEach((_, i) => { numbered.trainable[i] = i; });
    for (const arch of archs) {
      const view = new SubnetView(numbered, autoFormerMini.lower(arch));
      for (const key of view.keys) {
        const { shape, data } = view.read(key);
        const large = numbered.placed(key);
        if (key.includes('relative')) expect(shape).toEqual([2 * choices.maxDistance + 2, choices.headDim]);
        const columns = shape[1] ?? 1;
        expect(differing(data, (i) => large.offset + Math.floor(i / columns) * (large.shape[1] ?? 1) + i % columns), key).toBe(0);
      }
    }
  });

  it('leaves layers beyond the depth out, which makes them the identity', () => {
    for (const arch of archs) {
      const layers = autoFormerMini.lower(arch).blocks.filter(({ name }) => name.startsWith('blocks.')).map(({ name }) => name);
      expect(layers).toEqual(arch.numHeads.flatMap((_, i) => [`blocks.${i}.attention`, `blocks.${i}.mlp`]));
    }
  });
});
