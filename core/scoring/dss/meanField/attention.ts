import type { EncoderAttentionBlock, RelativeAttentionBlock } from '../../../network/blocks.ts';
import { lowRankNorm } from '../lowRankNorm.ts';
import { randomNuclearNorm } from '../randomNorm.ts';
import type { ExpectedOperation } from './flow.ts';
import { expectedNorm } from './norm.ts';
import { carried, scaled, sizeOf, sum, transposed, weighted } from './products.ts';

/**
 * Fresh queries and keys are so small that every token attends evenly to all that it sees, and neither has a gradient.
 */
export const attention: ExpectedOperation<EncoderAttentionBlock | RelativeAttentionBlock> = ({ moments, attention: classes, add }, block, tokens) => {
  const { channels } = tokens;
  const inner = block.numHeads * block.headDim;
  const [value, project] = [moments['value.weight'], moments['project.weight']];
  const norm = expectedNorm(tokens, block);
  const { origin, seen } = classes!;
  const count = tokens.means.length;
  const even = seen.map((tokensSeen, i) => tokensSeen / seen.subarray(i - i % count, i - i % count + count).reduce((all, each) => all + each, 0));
  const split = new Float64Array(seen.length);
  origin.forEach((row, i) => { split[i * count + row] = 1; });
  const isSplit = origin.length !== count;

  const ofDistances = block.type === 'relativeAttention' ? moments['relativeValue.vertical'].mean + moments['relativeValue.horizontal'].mean : 0;
  const mixed = carried(even, scaled(norm.products, inner * value.variance)).map((product) => product + inner * ofDistances ** 2);
  const means = Float64Array.from(origin, (row) => tokens.means[row] + project.mean * inner * ofDistances);
  return {
    tokens: { channels, means, products: sum(isSplit ? carried(split, tokens.products) : tokens.products, scaled(mixed, channels * project.variance)) },
    backward(gradients) {
      add('project', norms(inner, channels, project) * lowRankNorm(mixed, gradients, sizeOf(mixed)));
      const ofValues = carried(transposed(even, count), scaled(gradients, inner * project.variance));
      add('qkv', norms(3 * inner, channels, value) * lowRankNorm(norm.products, ofValues, count));
      const through = weighted(scaled(ofValues, channels * value.variance), norm.factors);
      return sum(isSplit ? carried(transposed(split, count), gradients) : gradients, through);
    },
  };
};

function norms(rows: number, columns: number, { mean, variance }: { readonly mean: number; readonly variance: number }): number {
  return randomNuclearNorm(rows, columns, mean, Math.sqrt(variance));
}
