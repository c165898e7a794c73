import { product, type Dim } from '../../../graph/dims.ts';
import type { Operator } from '../../../graph/graph.ts';
import type { Emitter } from './elementwise.ts';
import { planPermutation } from './permuted.ts';
import type { Planner } from './planner.ts';

/** Values in the order of their axes, as matrices of rows: what the emitters for maps leave. */

const isDeclared = (planner: Planner, name: string) => planner.layoutOf(name) === 'declared';

/** Sums over neighbouring axes that are not the last. */
function reduction(mean: boolean): Emitter {
  return (node, planner) => {
    const [name] = node.inputs;
    const dims = planner.dims(name);
    const axes = node.attributes.axes as readonly number[];
    const [first, last] = [axes[0], axes[axes.length - 1]];
    if (!isDeclared(planner, name) || axes.some((axis, i) => axis !== first + i) || last === dims.length - 1) return false;
    const [groups, rows, length] = [dims.slice(first === 0 ? 0 : 1, first), dims.slice(first, last + 1), dims.slice(last + 1)].map((some) => product(...some));
    const [x, y] = [planner.read(name, 'declared'), planner.write(node.outputs[0], 'declared')];
    const run = (channels: number, kernel: (...parameters: number[]) => void, from: number, to: number, size: (dim: Dim) => number) =>
      kernel(from, to, channels * size(groups), size(rows), size(length), mean ? 1 / size(rows) : 1);
    if (first === 0) planner.whole([x], [y], ({ kernels, address, size }) => run(1, kernels.sumColumns, address(x), address(y), size));
    else {
      planner.channelwise(dims[0], [x], [y], ({ kernels, address, channels, size }) =>
        run(channels, kernels.sumColumns, address(x), address(y), size));
    }
    return true;
  };
}

/** One row for each image, for all of its tokens. */
const expand: Emitter = (node, planner) => {
  const [name] = node.inputs;
  const [from, to] = [planner.dims(name), planner.dims(node.outputs[0])];
  if (from.length !== to.length || !isDeclared(planner, name)) return false;
  const first = from.findIndex((dim, axis) => dim !== to[axis]);
  const last = from.findLastIndex((dim, axis) => dim !== to[axis]);
  if (first < 1 || from.slice(first, last + 1).some((dim) => dim !== 1)) return false;
  const [groups, rows, length] = [to.slice(1, first), to.slice(first, last + 1), to.slice(last + 1)].map((some) => product(...some));
  const [x, y] = [planner.read(name, 'declared'), planner.write(node.outputs[0], 'declared')];
  planner.channelwise(to[0], [x], [y], ({ kernels, address, channels, size }) =>
    kernels.repeatRows(address(x), address(y), channels * size(groups), size(rows), size(length)));
  return true;
};

/** Axes in another order: seen so by readers that can, and copied for others. */
const transpose: Emitter = (node, planner) => {
  const [name] = node.inputs;
  const [output] = node.outputs;
  const permutation = node.attributes.permutation as readonly number[];
  const seen = planner.viewOf(name);
  if (seen?.kind === 'permuted') {
    return planPermutation(planner, output, seen.storage, seen.dims, permutation.map((axis) => seen.permutation[axis]));
  }
  if (seen || !isDeclared(planner, name)) return false;
  return planPermutation(planner, output, planner.read(name, 'declared'), planner.dims(name), permutation);
};

/** Rows of all images times one matrix. */
const matMul: Emitter = (node, planner) => {
  const [left, right] = node.inputs;
  const [a, b] = [planner.dims(left), planner.dims(right)];
  if (a.length < 3 || b.length !== 2 || !isDeclared(planner, left)) return false;
  const transB = planner.layoutOf(right) === 'batchLast';
  const [x, y] = [planner.read(left, 'declared'), planner.read(right, planner.layoutOf(right))];
  const z = planner.write(node.outputs[0], 'declared');
  planner.product(x, y, z, { m: product(...a.slice(0, -1)), n: b[1], k: b[0], transB });
  return true;
};

/** Along the last axis. */
function softmax(kernel: string, operands: number): Emitter {
  return (node, planner) => {
    const names = node.inputs.slice(0, operands);
    const dims = planner.dims(names[0]);
    if (dims.length < 2 || !names.every((name) => isDeclared(planner, name))) return false;
    const rows = product(...dims.slice(1, -1));
    const inputs = names.map((name) => planner.read(name, 'declared'));
    const y = planner.write(node.outputs[0], 'declared');
    planner.channelwise(dims[0], inputs, [y], ({ kernels, address, channels, size }) =>
      kernels[kernel](...inputs.map(address), address(y), channels * size(rows), size(dims[dims.length - 1])));
    return true;
  };
}

/** Parts of every image's tokens: the numbers of an image stay together. */
const slice: Emitter = (node, planner) => {
  const { starts, axes, steps } = node.attributes as Record<string, readonly number[]>;
  const [name] = node.inputs;
  if (axes.length !== 1 || axes[0] !== 1 || steps[0] !== 1 || starts[0] < 0 || !isDeclared(planner, name)) return false;
  const [from, to] = [planner.dims(name), planner.dims(node.outputs[0])];
  const inner = product(...from.slice(2));
  const [x, y] = [planner.read(name, 'declared'), planner.write(node.outputs[0], 'declared')];
  planner.whole([x], [y], ({ address, copy, size }) => {
    const [whole, part] = [from[1], to[1]].map((dim) => size(dim) * size(inner));
    for (let image = 0; image < size(from[0]); image++) {
      copy(address(x) + 4 * (image * whole + starts[0] * size(inner)), address(y) + 4 * image * part, part);
    }
  });
  return true;
};

const pad: Emitter = (node, planner) => {
  const { axis, before } = node.attributes as { axis: number; before: Dim };
  const [name] = node.inputs;
  if (axis > 1 || !isDeclared(planner, name)) return false;
  const [from, to] = [planner.dims(name), planner.dims(node.outputs[0])];
  const inner = product(...from.slice(axis + 1));
  const [x, y] = [planner.read(name, 'declared'), planner.write(node.outputs[0], 'declared')];
  planner.whole([x], [y], ({ address, copy, view, size }) => {
    const [part, whole] = [from[axis], to[axis]].map((dim) => size(dim) * size(inner));
    const images = axis === 0 ? 1 : size(from[0]);
    view(address(y), images * whole).fill(0);
    for (let image = 0; image < images; image++) {
      copy(address(x) + 4 * image * part, address(y) + 4 * (image * whole + size(before) * size(inner)), part);
    }
  });
  return true;
};

export const rowEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  ReduceSum: reduction(false),
  ReduceMean: reduction(true),
  Expand: expand,
  Transpose: transpose,
  MatMul: matMul,
  Softmax: softmax('softmaxRows', 1),
  SoftmaxGradient: softmax('softmaxRowsGradient', 2),
  Slice: slice,
  Pad: pad,
};
