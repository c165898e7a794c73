import { product, type Dim } from '../../../graph/dims.ts';
import { permutedAxes } from '../../wasm/kernels/permute.ts';
import type { Planner } from './planner.ts';
import type { Storage } from './steps.ts';

/** Neighbouring axes that stay neighbours in the same order are one. */
function joined(permutation: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const axis of permutation) {
    const last = groups.at(-1);
    if (last && last[last.length - 1] + 1 === axis) last.push(axis);
    else groups.push([axis]);
  }
  return groups;
}

/**
 * Plans a value as the numbers of a storage with its axes in another order.
 * @param dims axes of the storage
 * @returns whether the axes are few enough for the kernel that copies
 */
export function planPermutation(planner: Planner, output: string, storage: Storage, dims: readonly Dim[], permutation: readonly number[]): boolean {
  const groups = joined(permutation);
  if (groups.length === 1) {
    planner.alias(output, 'declared', storage);
    return true;
  }
  const last = groups[groups.length - 1];
  const staysInnermost = last[last.length - 1] === dims.length - 1;
  const outer = staysInnermost ? groups.slice(0, -1) : groups;
  if (outer.length > permutedAxes) return false;
  planner.view(output, {
    kind: 'permuted', layout: 'declared', storage, dims, permutation,
    materialise: (to) => {
      const strides = dims.map((_, axis) => product(...dims.slice(axis + 1)));
      const run = staysInnermost ? product(...last.map((axis) => dims[axis])) : 1;
      const padding = Array<number>(permutedAxes - outer.length);
      const copy = (kernel: (...parameters: number[]) => void, from: number, into: number, size: (dim: Dim) => number, images?: number) => {
        const counts = outer.map((axes) => size(product(...axes.map((axis) => dims[axis]))));
        // The axis of images may be divided; joined with others it counts them all.
        if (images !== undefined) counts[0] *= images / size(dims[0]);
        const steps = outer.map((axes) => size(strides[axes[axes.length - 1]]));
        kernel(from, into, ...padding.fill(1), ...counts, ...padding.fill(0), ...steps, size(run));
      };
      if (permutation[0] === 0 && outer.length > 0 && outer[0][0] === 0) {
        planner.channelwise(dims[0], [storage], [to], ({ kernels, address, channels, size }) =>
          copy(kernels.permute, address(storage), address(to), size, channels));
      } else planner.whole([storage], [to], ({ kernels, address, size }) => copy(kernels.permute, address(storage), address(to), size));
    },
  });
  return true;
}
