import type { Address } from '../../../engine/wasm/arena.ts';
import type { Group } from './group.ts';
import type { Rows } from './linear.ts';

const isSplit = ({ rows, outputRows }: Group) => rows !== outputRows;

/**
 * Rows that a block reads, one for each class that it makes: classes that see different windows come from one.
 * @param x rows of the input, with the length given
 * @returns new memory, or the rows themselves where no class is split
 */
export function splitRows(group: Group, { address: x, length }: Pick<Rows, 'address' | 'length'>): Address {
  if (!isSplit(group)) return x;
  const { arena } = group.device;
  const y = arena.allocate(group.outputRows * length);
  const [from, to] = [arena.view(x, group.rows * length), arena.view(y, group.outputRows * length)];
  for (const { firstRow, firstOutputRow, reduced: { attention } } of group.members) {
    attention!.origin.forEach((row, i) => to.set(from.subarray((firstRow + row) * length, (firstRow + row + 1) * length), (firstOutputRow + i) * length));
  }
  return y;
}

/** The way back: sums over the classes that come from one. */
export function joinRows(group: Group, { address: gradient, length }: Pick<Rows, 'address' | 'length'>): Address {
  if (!isSplit(group)) return gradient;
  const { arena } = group.device;
  const dx = arena.allocate(group.rows * length);
  const [from, to] = [arena.view(gradient, group.outputRows * length), arena.view(dx, group.rows * length)];
  to.fill(0);
  for (const { firstRow, firstOutputRow, reduced: { attention } } of group.members) {
    attention!.origin.forEach((row, i) => {
      for (let k = 0; k < length; k++) to[(firstRow + row) * length + k] += from[(firstOutputRow + i) * length + k];
    });
  }
  return dx;
}
