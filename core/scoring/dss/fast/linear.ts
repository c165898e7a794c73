import type { Address } from '../../../engine/wasm/arena.ts';
import type { Group } from './group.ts';

/** A matrix [rows, columns] of a block's share. */
export interface Matrix {
  readonly address: Address;
  readonly rows: number;
  readonly columns: number;
}

/** y = x w (or x w' when transposed) in new memory, for all rows of a group. */
export function product({ device, rows, countMacs }: Group, x: Address, w: Matrix, transposed = false): Address {
  const [from, to] = transposed ? [w.columns, w.rows] : [w.rows, w.columns];
  const y = device.arena.allocate(rows * to);
  device.products.multiply({ address: x, rows, columns: from, transposed: false }, { ...w, transposed }, y);
  countMacs(from * to);
  return y;
}

/** Adds a bias to every row, in place. */
export function addBias({ device, rows }: Group, y: Address, bias: Address, length: number): void {
  device.kernels.addColumns(y, bias, y, rows, length);
}

export function addTo({ device, rows }: Group, y: Address, x: Address, length: number): void {
  device.kernels.add(y, x, y, rows * length);
}

/** The matrix of a linear layer, [in, out]. */
export function matrixOf(group: Group, name: string): Matrix {
  const share = group.share;
  const [rows, columns] = share.shape(name);
  return { address: share.at(name), rows, columns };
}

/** The same with all numbers positive. */
export function magnitudesOf(group: Group, name: string): Matrix {
  const share = group.share;
  const [rows, columns] = share.shape(name);
  return { address: share.magnitudes(name), rows, columns };
}
