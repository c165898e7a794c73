import type { Address, Arena } from '../wasm/arena.ts';
import type { Kernel } from '../wasm/library.ts';
import type { Layout } from './plan/layout.ts';

/** A tensor's numbers in an arena. */
export interface DeviceData {
  readonly address: Address;
  readonly layout: Layout;
  /** The shape that the layout speaks of. */
  readonly shape: readonly number[];
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

/** Shows numbers of an arena in the order of their axes; they may be neither changed nor kept. */
export function inspect<T>(
  { address, layout, shape }: DeviceData, arena: Arena, kernels: Readonly<Record<string, Kernel>>, use: (values: Float32Array) => T,
): T {
  const length = elementsOf(shape);
  if (layout === 'declared' || length === 0) return use(arena.view(address, length));
  const temporary = arena.allocate(length);
  kernels.transpose(address, temporary, length / shape[0], shape[0]);
  const result = use(arena.view(temporary, length));
  arena.free(temporary);
  return result;
}
