import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { releasedCurves } from './settings.ts';

/** Variance of a linear layer's fresh weights. */
const linearVariance = 0.02 ** 2;

/**
 * The variance that a random change of the input leaves in each token: a common factor times one number for the token's row
 * and one for its column, which are smaller where windows reach over the border.
 */
interface Spread {
  readonly factor: number;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * What the released length comes to, without running anything: without norms, and with weights as small as they start,
 * residual branches add next to nothing, so that only the layers between them count (asvit.md 3.5). A random direction of
 * the input has variance 1/N; the stem, uniform within 1/sqrt(fan-in), leaves a third of it; each re-embedding multiplies
 * it by 0.02^2 and the numbers that it sums; the mean over tokens adds up variances. Beyond asvit.md, zeros around the
 * map are left out of the sums.
 * @param features whose outputs are features
 * @returns undefined where something else lies between the residual branches
 */
export function expectedLength({ resolution, blocks }: Network): number | undefined {
  const tail = blocks.at(-1);
  if (tail?.type !== 'tokenPool' || tail.pool !== 'mean') return undefined;
  const pixels = Array<number>(resolution).fill(1);
  let spread: Spread | undefined = { factor: 1 / (3 * resolution ** 2), rows: pixels, columns: pixels };
  for (const block of blocks.slice(0, -1)) spread = spread && spreadBy(block, spread);
  if (!spread) return undefined;
  const { factor, rows, columns } = spread;
  const squared = factor * tail.output.channels * sum(rows) * sum(columns) / (rows.length * columns.length) ** 2;
  return releasedCurves.pointCount * Math.sqrt(squared);
}

function spreadBy(block: Block, before: Spread): Spread | undefined {
  const windows = (kernelSize: number, stride: number, zeros: number, gain: number): Spread => ({
    factor: before.factor * gain,
    rows: meansOf(before.rows, block.output.height, kernelSize, stride, zeros),
    columns: meansOf(before.columns, block.output.width, kernelSize, stride, zeros),
  });
  switch (block.type) {
    case 'patchEmbed':
      return windows(block.patchSize, block.patchSize, 0, 1 / 3);
    case 'overlappingPatchEmbed':
      return block.initialisation === 'fanIn' ? windows(block.kernelSize, block.stride, block.padding[0], 1 / 3) : undefined;
    case 'patchMerging':
      return windows(block.kernelSize, 2, Math.floor((block.kernelSize - 2) / 2), linearVariance * block.kernelSize ** 2 * block.input.channels);
    case 'encoderAttention': case 'relativeAttention': case 'encoderMlp':
      return before;
    default:
      return undefined;
  }
}

/** Means over windows along one axis, with zeros in front of it and behind it. */
function meansOf(values: readonly number[], count: number, kernelSize: number, stride: number, zeros: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - zeros;
    return sum(values.slice(Math.max(0, start), start + kernelSize)) / kernelSize;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
