import type { Address } from '../../../engine/wasm/arena.ts';
import type { Group } from './group.ts';

/** Rows of a group, [rows, length]: those that its block reads, or those that it writes. */
export interface Rows {
  readonly address: Address;
  readonly side: 'input' | 'output';
  readonly length: number;
}

/** A matrix [rows, columns] of a block's share. */
export interface Matrix {
  readonly address: Address;
  readonly rows: number;
  readonly columns: number;
}

export const rowCount = (group: Group, side: Rows['side']) => (side === 'input' ? group.rows : group.outputRows);

/**
 * y = x w, or x w' when transposed, in new memory. ONNX Runtime sums the products of a single row in another order than those
 * of several, so that none is ever alone: a network's score is the same, to the last bit, whoever is scored beside it.
 */
export function product(group: Group, x: Rows, w: Matrix, transposed = false): Rows {
  const { arena, products } = group.device;
  const rows = rowCount(group, x.side);
  const length = transposed ? w.rows : w.columns;
  const several = Math.max(2, rows);
  const y = arena.allocate(several * length);
  const from = rows === several ? x.address : withSecondRow(group, x);
  products.multiply({ address: from, rows: several, columns: x.length, transposed: false }, { ...w, transposed }, y);
  if (from !== x.address) arena.free(from);
  group.countMacs(w.rows * w.columns, x.side);
  return { ...x, address: y, length };
}

function withSecondRow({ device: { arena } }: Group, { address, length }: Rows): Address {
  const two = arena.allocate(2 * length);
  const rows = arena.view(two, 2 * length);
  rows.set(arena.view(address, length));
  rows.copyWithin(length, 0, length);
  return two;
}

/** y = x w + bias for a layer of the block's, in new memory. */
export function linear(group: Group, x: Rows, name: string): Rows {
  const y = product(group, x, matrixOf(group, `${name}.weight`));
  addToRows(group, y, group.share.at(`${name}.bias`));
  return y;
}

/** Adds a vector to every row, in place. */
export function addToRows(group: Group, { address, side, length }: Rows, vector: Address): void {
  group.device.kernels.addColumns(address, vector, address, rowCount(group, side), length);
}

/** y += x */
export function addTo(group: Group, y: Rows, x: Address): void {
  group.device.kernels.add(y.address, x, y.address, rowCount(group, y.side) * y.length);
}

/** The matrix of a linear layer, [in, out]. */
export function matrixOf({ share }: Group, name: string): Matrix {
  const [rows, columns] = share.shape(name);
  return { address: share.at(name), rows, columns };
}

/** The same with all numbers positive. */
export function magnitudesOf({ share }: Group, name: string): Matrix {
  const [rows, columns] = share.shape(name);
  return { address: share.magnitudes(name), rows, columns };
}
