import type { TokenHeadBlock } from '../../../network/blocks.ts';
import type { TokenClasses } from '../classes/tokenClasses.ts';
import type { Operation } from './group.ts';
import { normaliseRows } from './norm.ts';
import type { BlockShare } from './shares.ts';

/** Classifier on the class token or on the mean of the map's tokens. The sum of its logits is where gradients start. */
export const head: Operation<TokenHeadBlock> = (group, block, x) => {
  const { device: { arena }, members, rows } = group;
  const { channels } = block.input;
  const norm = normaliseRows(group, { normEpsilon: block.normEpsilon, ...(block.norm ? {} : { withoutNorm: true }) }, x, channels);
  return {
    y: arena.allocate(0),
    backward() {
      const ofPooled = gradientOfPooled(group.share);
      const [gradient, nothing] = [arena.allocate(rows * channels), arena.allocate(rows * channels)];
      arena.view(nothing, rows * channels).fill(0);
      const values = arena.view(gradient, rows * channels);
      for (const { firstRow, input } of members) {
        sharesOfPooled(block, input).forEach((share, i) => {
          for (let k = 0; k < channels; k++) values[(firstRow + i) * channels + k] = share * ofPooled[k];
        });
      }
      const dx = norm.backward(gradient, nothing);
      for (const address of [gradient, nothing]) arena.free(address);
      norm.dispose();
      return dx;
    },
  };
};

/** How much each class counts in what the classifier reads. */
function sharesOfPooled({ pool }: TokenHeadBlock, { counts, front }: TokenClasses): number[] {
  if (pool === 'classToken') return counts.map((_, i) => Number(i === 0));
  const inMap = counts.slice(front).reduce((sum, count) => sum + count, 0);
  return counts.map((count, i) => (i < front ? 0 : count / inMap));
}

/** The gradient of the sum of all logits: the sum of the classifier's columns. */
function gradientOfPooled(share: BlockShare): Float64Array {
  return share.remember('sum of classes', () => {
    const [channels, classes] = share.shape('classifier.weight');
    const weight = share.read('classifier.weight');
    return Float64Array.from({ length: channels }, (_, i) => weight.subarray(i * classes, (i + 1) * classes).reduce((sum, value) => sum + value, 0));
  });
}
