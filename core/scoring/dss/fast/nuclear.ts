import { lowRankNorm } from '../lowRankNorm.ts';
import type { Group } from './group.ts';
import { rowCount, type Rows } from './linear.ts';

/**
 * For each member, the nuclear norm of a linear layer's gradient, the sum over classes of outer products of the layer's
 * input `x` and the gradient of its outputs, which lie side by side in `g`. For a single class that is |x| |g|.
 */
export function gradientNorms(group: Group, x: Rows, g: readonly Rows[]): number[] {
  const { device: { arena, kernels }, members } = group;
  const rows = rowCount(group, x.side);
  const squares = ({ address, length }: Rows): number[] => {
    const sums = arena.allocate(rows);
    kernels.dotRows(address, address, sums, rows, length);
    const values = [...arena.view(sums, rows)];
    arena.free(sums);
    return values;
  };
  if (members.length === rows) {
    const inputs = squares(x);
    const outputs = g.map(squares);
    return members.map((_, row) => Math.sqrt(inputs[row] * outputs.reduce((sum, of) => sum + of[row], 0)));
  }
  return members.map(({ firstRow, firstOutputRow, reduced }) => {
    const count = reduced[x.side].counts.length;
    const first = x.side === 'input' ? firstRow : firstOutputRow;
    const gramOf = (parts: readonly Rows[]) => gramOfRows(parts.map(({ address, length }) => arena.view(address + 4 * first * length, count * length)), count);
    return lowRankNorm(gramOf([x]), gramOf(g), count);
  });
}

/** Products of rows that are given in parts, [count, count]. */
function gramOfRows(parts: readonly Float32Array[], count: number): Float64Array {
  const products = new Float64Array(count * count);
  for (const part of parts) {
    const length = part.length / count;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < length; k++) sum += part[i * length + k] * part[j * length + k];
        products[i * count + j] += sum;
      }
    }
  }
  return products;
}
