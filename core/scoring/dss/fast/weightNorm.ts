import { nuclearNorm } from '../../nuclearNorm.ts';
import { randomNuclearNorm } from '../randomNorm.ts';
import type { BlockShare } from './shares.ts';

/** How nuclear norms of weights are found. */
export type WeightNorms =
  /** From mean and deviation, which for weights that were drawn independently is right to .2 % and takes no time. */
  | 'random'
  /** From all singular values. */
  | 'exact';

/**
 * The nuclear norm of weights [in, out] that lie side by side.
 * @param names the parameters
 */
export function weightNorm(share: BlockShare, names: readonly string[], how: WeightNorms): number {
  const parts = names.map((name) => share.read(name));
  const rows = share.shape(names[0])[0];
  const columns = parts.reduce((sum, { length }) => sum + length, 0) / rows;
  if (how === 'exact') {
    // Side by side, row by row.
    const values = new Float64Array(rows * columns);
    let from = 0;
    for (const part of parts) {
      const width = part.length / rows;
      for (let i = 0; i < rows; i++) values.set(part.subarray(i * width, (i + 1) * width), i * columns + from);
      from += width;
    }
    return nuclearNorm({ rows, columns, values });
  }
  let [sum, squares] = [0, 0];
  for (const part of parts) {
    for (const value of part) {
      sum += value;
      squares += value * value;
    }
  }
  const mean = sum / (rows * columns);
  return randomNuclearNorm(rows, columns, mean, Math.sqrt(Math.max(0, squares / (rows * columns) - mean * mean)));
}
