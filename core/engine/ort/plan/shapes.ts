import { product, type Dim } from '../../../graph/dims.ts';
import type { Operator } from '../../../graph/graph.ts';
import { productImages } from '../../wasm/kernels/products.ts';
import type { Emitter } from './elementwise.ts';
import type { Planner } from './planner.ts';
import type { Storage } from './steps.ts';

const listed = (axes: unknown) => (axes as readonly number[]).join();

/** Sums over the positions of maps, over the batch, or over both. */
function reduction(mean: boolean): Emitter {
  return (node, planner) => {
    const [name] = node.inputs;
    const dims = planner.dims(name);
    if (!planner.isBatchLast(name) || dims.length < 2) return trailingReduction(mean)(node, planner);
    const [batch, channels, ...rest] = dims;
    const positions = product(...rest);
    const axes = listed(node.attributes.axes);
    const positionAxes = rest.map((_, i) => i + 2);
    const overPositions = rest.length > 0 && axes === listed(positionAxes);
    const overBatch = axes === '0';
    if (!overPositions && !overBatch && axes !== listed([0, ...positionAxes])) return false;
    const x = planner.read(name, 'batchLast');
    const y = planner.write(node.outputs[0], overPositions ? 'batchLast' : 'declared');
    const [rows, count] = overBatch ? [positions, batch] : [1, overPositions ? positions : product(batch, positions)];
    planner.channelwise(channels, [x], [y], ({ kernels, address, channels: some, size }) => {
      const factor = mean ? 1 / size(count) : 1;
      if (overPositions) kernels.sumPlanes(address(x), address(y), some, size(positions), size(batch), factor);
      else kernels.sumRows(address(x), address(y), some * size(rows), size(count), factor);
    });
    return true;
  };
}

/** Over all axes from some axis on, for values in their declared layout. */
function trailingReduction(mean: boolean): Emitter {
  return (node, planner) => {
    const dims = planner.dims(node.inputs[0]);
    const axes = node.attributes.axes as readonly number[];
    if (axes.length === 0 || axes[0] === 0 || listed(axes) !== listed(dims.map((_, axis) => axis).slice(axes[0]))) return false;
    const [rows, count] = [product(...dims.slice(0, axes[0])), product(...dims.slice(axes[0]))];
    const x = planner.read(node.inputs[0], 'declared');
    const y = planner.write(node.outputs[0], 'declared');
    planner.whole([x], [y], ({ kernels, address, size }) =>
      kernels.sumRows(address(x), address(y), size(rows), size(count), mean ? 1 / size(count) : 1));
    return true;
  };
}

/** One number for each image and channel, everywhere on the map; or one for each channel, which readers may spread themselves. */
const expand: Emitter = (node, planner) => {
  const [name] = node.inputs;
  const [output] = node.outputs;
  const [from, to] = [planner.dims(name), planner.dims(output)];
  const keeps = (axes: number) => from.length === to.length && from.length > axes
    && from.every((dim, axis) => (axis < axes ? dim === to[axis] : dim === 1));
  if (keeps(2) && planner.isBatchLast(name)) {
    const [batch, channels, ...rest] = to;
    const x = planner.read(name, 'batchLast');
    const y = planner.write(output, 'batchLast');
    planner.channelwise(channels, [x], [y], ({ kernels, address, channels: some, size }) =>
      kernels.expandPlanes(address(x), address(y), some, size(product(...rest)), size(batch)));
    return true;
  }
  if (!keeps(1) || planner.layoutOf(name) === 'batchLast') return false;
  planner.view(output, {
    kind: 'spread', source: name, layout: 'declared',
    materialise: (y) => {
      const x = planner.read(name, 'declared');
      planner.whole([x], [y], ({ kernels, address, size }) =>
        kernels.expandPlanes(address(x), address(y), size(to[0]), size(product(...to.slice(1))), 1));
    },
  });
  return true;
};

/** The numbers stay where they are. With the batch last that needs the batch to stay the first axis. */
const reshape: Emitter = (node, planner) => {
  const [name] = node.inputs;
  const [output] = node.outputs;
  const [from, to] = [planner.dims(name), planner.dims(output)];
  const keepsBatch = from.length > 1 && to.length > 1 && from[0] === to[0];
  const layout = keepsBatch && planner.layoutOf(name) === 'batchLast' ? 'batchLast' : 'declared';
  planner.alias(output, layout, planner.read(name, layout));
  return true;
};

/** A matrix with the batch last is its own transpose; of maps, the last two axes can be seen exchanged. */
const transpose: Emitter = (node, planner) => {
  const [name] = node.inputs;
  const [output] = node.outputs;
  if (planner.has(output)) return true;
  const permutation = listed(node.attributes.permutation);
  const layout = planner.layoutOf(name);
  if (permutation === '1,0') {
    planner.alias(output, layout === 'batchLast' ? 'declared' : 'batchLast', planner.read(name, layout));
    return true;
  }
  if (permutation !== '0,1,3,2' || layout !== 'batchLast') return false;
  const seen = planner.viewOf(name);
  if (seen?.kind === 'swapped') {
    planner.alias(output, 'batchLast', planner.read(seen.source, 'batchLast'));
    return true;
  }
  const [batch, channels, rows, columns] = planner.dims(name);
  planner.view(output, {
    kind: 'swapped', source: name, layout: 'batchLast',
    materialise: (y) => {
      const x = planner.read(name, 'batchLast');
      planner.channelwise(channels, [x], [y], ({ kernels, address, channels: some, size }) =>
        kernels.swapPositions(address(x), address(y), some, size(rows), size(columns), size(batch)));
    },
  });
  return true;
};

/** Features [batch, in] times a matrix [in, out]. */
const matMul: Emitter = (node, planner) => {
  const [left, right] = node.inputs;
  const [a, b] = [planner.dims(left), planner.dims(right)];
  if (a.length === 4) return batchedMatMul(node, planner);
  if (a.length !== 2 || b.length !== 2) return false;
  // Each of the three matrices may lie transposed, so a product of transposes is only ever a matter of reading.
  const transposedA = planner.layoutOf(left) === 'batchLast';
  const transposedB = planner.layoutOf(right) === 'batchLast';
  const x = planner.read(left, planner.layoutOf(left));
  const y = planner.read(right, planner.layoutOf(right));
  if (transposedA && !transposedB && isFlattened(a[1])) {
    tallProduct(planner, x, y, planner.write(node.outputs[0], 'declared'), { m: a[0], n: b[1], k: a[1] });
  } else if (transposedA) {
    const z = planner.write(node.outputs[0], 'batchLast');
    planner.product(y, x, z, { m: b[1], n: a[0], k: a[1], transA: !transposedB, transB: false });
  } else {
    const z = planner.write(node.outputs[0], 'declared');
    planner.product(x, y, z, { m: a[0], n: b[1], k: a[1], transB: transposedB });
  }
  return true;
};

/** Whether an axis was joined of several: tokens of all images, say, which are many. */
function isFlattened(dim: Dim): boolean {
  return typeof dim === 'string' && dim.includes('*');
}

/**
 * c [m, n] = a^T b for a [k, m] and b [k, n] with many rows. ONNX Runtime transposes its operands piece by piece as often
 * as it needs them, which takes longer than doing so once; the narrower one is less to turn.
 */
function tallProduct(planner: Planner, a: Storage, b: Storage, c: Storage, { m, n, k }: { m: Dim; n: Dim; k: Dim }): void {
  planner.whole([a, b], [c], ({ kernels, products, address, transposed, scratch, size }) => {
    const [rows, columns, depth] = [size(m), size(n), size(k)];
    const narrow = rows <= columns;
    const [turned, other, height, width] = narrow ? [a, b, rows, columns] : [b, a, columns, rows];
    products.multiply({ address: transposed(turned, depth, height), rows: height, columns: depth, transposed: false },
      { address: address(other), rows: depth, columns: width, transposed: false }, narrow ? address(c) : scratch);
    if (!narrow) kernels.transpose(scratch, address(c), height, width);
  }, (size) => (size(m) <= size(n) ? 0 : size(m) * size(n)));
}

/** Beyond this in all three sizes, ONNX Runtime's products are worth their transpositions. */
const smallSize = 128;

/** Products [batch, heads, m, k] x [batch, heads, k, n], with vectors along the batch. */
const batchedMatMul: Emitter = (node, planner) => {
  const [left, right] = node.inputs;
  const [a, b] = [planner.dims(left), planner.dims(right)];
  const batched = planner.isBatchLast(left) && planner.isBatchLast(right) && b.length === 4 && a[0] === b[0] && a[1] === b[1];
  const [batch, heads, m, k] = a;
  const n = b[3];
  if (!batched || ![m, n, k].some((dim) => typeof dim === 'number' && dim <= smallSize)) return false;
  const [x, y] = [left, right].map((name) => {
    const view = planner.viewOf(name);
    return view?.kind === 'swapped'
      ? { storage: planner.read(view.source, 'batchLast'), swapped: true }
      : { storage: planner.read(name, 'batchLast'), swapped: false };
  });
  // A result that is only wanted with its axes exchanged is written so.
  const reader = planner.onlyConsumer(node.outputs[0]);
  const swapped = reader?.operator === 'Transpose' && listed(reader.attributes.permutation) === '0,1,3,2';
  const z = planner.write(swapped ? reader.outputs[0] : node.outputs[0], 'batchLast');
  planner.channelwise(heads, [x.storage, y.storage], [z], ({ kernels, address, channels, scratch, size }) => {
    const [rows, columns, depth, images] = [size(m), size(n), size(k), size(batch)];
    const strides = (width: number, height: number, exchanged: boolean) => (exchanged ? [1, height] : [width, 1]);
    for (let head = 0; head < channels; head++) {
      kernels.batchedProduct(
        address(x.storage) + 4 * head * rows * depth * images, address(y.storage) + 4 * head * depth * columns * images,
        address(z) + 4 * head * rows * columns * images, scratch, rows, columns, depth, images,
        ...strides(depth, rows, x.swapped), ...strides(columns, depth, y.swapped), ...strides(columns, rows, swapped));
    }
  }, (size) => (size(m) + size(n)) * size(k) * productImages);
  return true;
};

/** Down the last axis of [batch, heads, queries, keys]. */
function softmax(kernel: string, operands: number): Emitter {
  return (node, planner) => {
    const names = node.inputs.slice(0, operands);
    const dims = planner.dims(names[0]);
    if (dims.length < 3 || !names.every((name) => planner.isBatchLast(name))) return false;
    const [batch, channels, ...rest] = dims;
    const groups = product(...rest.slice(0, -1));
    const inputs = names.map((name) => planner.read(name, 'batchLast'));
    const y = planner.write(node.outputs[0], 'batchLast');
    planner.channelwise(channels, inputs, [y], ({ kernels, address, channels: some, size }) =>
      kernels[kernel](...inputs.map(address), address(y), some * size(groups), size(rest[rest.length - 1]), size(batch)));
    return true;
  };
}

export const shapeEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  ReduceSum: reduction(false),
  ReduceMean: reduction(true),
  Expand: expand,
  Reshape: reshape,
  Transpose: transpose,
  MatMul: matMul,
  Softmax: softmax('softmaxColumns', 1),
  SoftmaxGradient: softmax('softmaxColumnsGradient', 2),
};
