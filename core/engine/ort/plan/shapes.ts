import { product, type Dim } from '../../../graph/dims.ts';
import type { Operator } from '../../../graph/graph.ts';
import type { Emitter } from './elementwise.ts';

const listed = (axes: unknown) => (axes as readonly number[]).join();

/** Sums over the positions of maps, or over everything but the channels. */
function reduction(mean: boolean): Emitter {
  return (node, planner) => {
    const [name] = node.inputs;
    const dims = planner.dims(name);
    if (!planner.isBatchLast(name) || dims.length < 2) return false;
    const [batch, channels, ...rest] = dims;
    const positions = product(...rest);
    const axes = listed(node.attributes.axes);
    const everyOther = dims.map((_, axis) => axis).filter((axis) => axis !== 1);
    const overPositions = axes === everyOther.slice(1).join() && rest.length > 0;
    if (!overPositions && axes !== everyOther.join()) return false;
    const x = planner.read(name, 'batchLast');
    const y = planner.write(node.outputs[0], overPositions ? 'batchLast' : 'declared');
    const count = overPositions ? positions : product(batch, positions);
    const factor = (size: (dim: Dim) => number) => (mean ? 1 / size(count) : 1);
    planner.channelwise(channels, [x], [y], ({ kernels, address, channels: some, size }) => {
      if (overPositions) kernels.sumPlanes(address(x), address(y), some, size(positions), size(batch), factor(size));
      else kernels.sumRows(address(x), address(y), some, size(count), factor(size));
    });
    return true;
  };
}

/** One number for each image and channel, everywhere on the map. */
const expand: Emitter = (node, planner) => {
  const [name] = node.inputs;
  const [from, to] = [planner.dims(name), planner.dims(node.outputs[0])];
  const spreads = from.length === to.length && from.length > 2 && from.every((dim, axis) => (axis < 2 ? dim === to[axis] : dim === 1));
  if (!spreads || !planner.isBatchLast(name)) return false;
  const [batch, channels, ...rest] = to;
  const x = planner.read(name, 'batchLast');
  const y = planner.write(node.outputs[0], 'batchLast');
  planner.channelwise(channels, [x], [y], ({ kernels, address, channels: some, size }) =>
    kernels.expandPlanes(address(x), address(y), some, size(product(...rest)), size(batch)));
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

/** A matrix with the batch last is its own transpose. */
const transpose: Emitter = (node, planner) => {
  const [name] = node.inputs;
  const [output] = node.outputs;
  if (planner.dims(name).length !== 2 || listed(node.attributes.permutation) !== '1,0') return false;
  const layout = planner.layoutOf(name);
  planner.alias(output, layout === 'batchLast' ? 'declared' : 'batchLast', planner.read(name, layout));
  return true;
};

/** Features [batch, in] times a matrix [in, out]. */
const matMul: Emitter = (node, planner) => {
  const [left, right] = node.inputs;
  const [a, b] = [planner.dims(left), planner.dims(right)];
  if (a.length !== 2 || b.length !== 2) return false;
  // Each of the three matrices may lie transposed, so a product of transposes is only ever a matter of reading.
  const transposedA = planner.layoutOf(left) === 'batchLast';
  const transposedB = planner.layoutOf(right) === 'batchLast';
  const x = planner.read(left, planner.layoutOf(left));
  const y = planner.read(right, planner.layoutOf(right));
  if (transposedA) {
    const z = planner.write(node.outputs[0], 'batchLast');
    planner.product(y, x, z, { m: b[1], n: a[0], k: a[1], transA: !transposedB, transB: false });
  } else {
    const z = planner.write(node.outputs[0], 'declared');
    planner.product(x, y, z, { m: a[0], n: b[1], k: a[1], transB: transposedB });
  }
  return true;
};

export const shapeEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  ReduceSum: reduction(false),
  ReduceMean: reduction(true),
  Expand: expand,
  Reshape: reshape,
  Transpose: transpose,
  MatMul: matMul,
};
