import { product, type Dim } from '../../../graph/dims.ts';
import type { GraphNode, Operator } from '../../../graph/graph.ts';
import type { Planner } from './planner.ts';

/** Plans a node on kernels of our own. @returns whether there was one for it */
export type Emitter = (node: GraphNode, planner: Planner) => boolean;

const same = (a: readonly Dim[], b: readonly Dim[]) => a.length === b.length && a.every((dim, axis) => dim === b[axis]);

/** Maps [batch, channels, ...] to work on with the batch last. */
function isMap(planner: Planner, name: string): boolean {
  return planner.dims(name).length >= 2 && planner.isBatchLast(name);
}

/** Operators that treat every element alike. */
function elementwise(kernel: string, inputs: number): Emitter {
  return (node, planner) => {
    const names = node.inputs.slice(0, inputs);
    const [first] = names;
    if (names.some((name) => planner.scalar(name) !== undefined)) return false;
    if (!names.every((name) => same(planner.dims(name), planner.dims(first)))) return false;
    if (!names.some((name) => isMap(planner, name))) {
      const operands = names.map((name) => planner.read(name, 'declared'));
      const y = planner.write(node.outputs[0], 'declared');
      planner.whole(operands, [y], ({ kernels, address, size }) => kernels[kernel](...operands.map(address), address(y), size(y.length)));
      return true;
    }
    const [batch, channels, ...rest] = planner.dims(first);
    const operands = names.map((name) => planner.read(name, 'batchLast'));
    const y = planner.write(node.outputs[0], 'batchLast');
    const perChannel = product(batch, ...rest);
    planner.channelwise(channels, operands, [y], (frame) =>
      frame.kernels[kernel](...operands.map(frame.address), frame.address(y), frame.channels * frame.size(perChannel)));
    return true;
  };
}

/** The kernels know the standard slope and offset only. */
const standardSlope = (emitter: Emitter): Emitter => (node, planner) =>
  (Math.fround(Number(node.attributes.alpha ?? 1 / 6)) === Math.fround(1 / 6) && Number(node.attributes.beta ?? 0.5) === 0.5) && emitter(node, planner);

/** The second operand is a whole map, a number, or broadcast along the map. */
function arithmetic(kernel: string, commutes: boolean): Emitter {
  const whole = elementwise(kernel, 2);
  return (node, planner) => {
    if (whole(node, planner)) return true;
    const [left, right] = node.inputs;
    const isWhole = (name: string) => planner.scalar(name) === undefined && same(planner.dims(name), planner.dims(node.outputs[0]));
    const [a, b] = commutes && !isWhole(left) ? [right, left] : [left, right];
    if (!isWhole(a)) return false;
    const scalar = planner.scalar(b);
    if (scalar !== undefined) return withScalar(kernel, a, scalar, node.outputs[0], planner);
    return (isMap(planner, a) ? alongMap : alongRows)(kernel, a, b, node.outputs[0], planner);
  };
}

function withScalar(kernel: string, a: string, scalar: Dim, output: string, planner: Planner): boolean {
  const layout = isMap(planner, a) ? 'batchLast' : 'declared';
  const x = planner.read(a, layout);
  const y = planner.write(output, layout);
  if (layout === 'declared') {
    planner.whole([x], [y], ({ kernels, address, size }) =>
      kernels[`${kernel}Scalar`](address(x), address(y), size(y.length), size(scalar)));
  } else {
    const [batch, channels, ...rest] = planner.dims(a);
    const perChannel = product(batch, ...rest);
    planner.channelwise(channels, [x], [y], ({ kernels, address, channels: count, size }) =>
      kernels[`${kernel}Scalar`](address(x), address(y), count * size(perChannel), size(scalar)));
  }
  return true;
}

/** The second operand has one number for each channel, each position, or each image and channel of a map. */
function alongMap(kernel: string, a: string, b: string, output: string, planner: Planner): boolean {
  const dims = planner.dims(a);
  const [batch, channels, ...rest] = dims;
  const padded = [...Array<Dim>(Math.max(0, dims.length - planner.dims(b).length)).fill(1), ...planner.dims(b)];
  if (padded.length !== dims.length || padded[1] !== channels) return false;
  const flat = padded.slice(2).every((dim) => dim === 1);
  const perPosition = padded[0] === 1 && !flat && same(padded.slice(2), rest);
  const perImage = padded[0] === batch && flat && rest.length > 0;
  if (!perPosition && !perImage && !(padded[0] === 1 && flat)) return false;
  const x = planner.read(a, 'batchLast');
  const other = planner.read(b, perImage ? 'batchLast' : 'declared');
  const y = planner.write(output, 'batchLast');
  const positions = product(...rest);
  planner.channelwise(channels, [x, other], [y], ({ kernels, address, channels: count, size }) => {
    const operands = [address(x), address(other), address(y)];
    if (perImage) kernels[`${kernel}Planes`](...operands, count, size(positions), size(batch));
    else if (perPosition) kernels[`${kernel}Rows`](...operands, count * size(positions), size(batch));
    else kernels[`${kernel}Rows`](...operands, count, size(positions) * size(batch));
  });
  return true;
}

/** The second operand has one number for each entry along the first axis. */
function alongRows(kernel: string, a: string, b: string, output: string, planner: Planner): boolean {
  const [rows, ...rest] = planner.dims(a);
  const [first, ...others] = planner.dims(b);
  if (first !== rows || others.length !== rest.length || others.some((dim) => dim !== 1)) return false;
  const [x, other] = [a, b].map((name) => planner.read(name, 'declared'));
  const y = planner.write(output, 'declared');
  planner.whole([x, other], [y], ({ kernels, address, size }) =>
    kernels[`${kernel}Rows`](address(x), address(other), address(y), size(rows), size(product(...rest))));
  return true;
}

export const elementwiseEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  HardSwish: elementwise('hardSwish', 1),
  HardSigmoid: standardSlope(elementwise('hardSigmoid', 1)),
  Relu: elementwise('relu', 1),
  Gelu: elementwise('gelu', 1),
  Neg: elementwise('neg', 1),
  Abs: elementwise('abs', 1),
  Sqrt: elementwise('sqrt', 1),
  HardSwishGradient: elementwise('hardSwishGradient', 2),
  HardSigmoidGradient: standardSlope(elementwise('hardSigmoidGradient', 2)),
  ReluGradient: elementwise('reluGradient', 2),
  GeluGradient: elementwise('geluGradient', 2),
  Add: arithmetic('add', true),
  Sub: arithmetic('sub', false),
  Mul: arithmetic('mul', true),
  Div: arithmetic('div', false),
};
