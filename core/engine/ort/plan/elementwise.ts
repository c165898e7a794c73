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

/** Operators that treat every element alike, where a value is at hand with the batch last. */
function elementwise(kernel: string, inputs: number): Emitter {
  return (node, planner) => {
    const names = node.inputs.slice(0, inputs);
    const [first] = names;
    if (!names.some((name) => isMap(planner, name)) || !names.every((name) => same(planner.dims(name), planner.dims(first)))) return false;
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
    const [a, b] = commutes && !isMap(planner, left) ? [right, left] : [left, right];
    if (planner.scalar(a) !== undefined || !isMap(planner, a) || !same(planner.dims(a), planner.dims(node.outputs[0]))) return false;
    const dims = planner.dims(a);
    const [batch, channels, ...rest] = dims;
    const perChannel = product(batch, ...rest);
    const scalar = planner.scalar(b);
    const form = scalar === undefined ? broadcastForm(dims, planner.dims(b)) : 'scalar';
    if (form === undefined) return false;
    const x = planner.read(a, 'batchLast');
    if (scalar !== undefined) {
      const y = planner.write(node.outputs[0], 'batchLast');
      planner.channelwise(channels, [x], [y], ({ kernels, address, channels: count, size }) =>
        kernels[`${kernel}Scalar`](address(x), address(y), count * size(perChannel), size(scalar)));
      return true;
    }
    const other = planner.read(b, form === 'planes' ? 'batchLast' : 'declared');
    const y = planner.write(node.outputs[0], 'batchLast');
    planner.channelwise(channels, [x, other], [y], ({ kernels, address, channels: count, size }) => {
      if (form === 'rows') kernels[`${kernel}Rows`](address(x), address(other), address(y), count, size(perChannel));
      else kernels[`${kernel}Planes`](address(x), address(other), address(y), count, size(product(...rest)), size(batch));
    });
    return true;
  };
}

/** How a second operand spreads over maps: one number for each channel, or for each image and channel. */
function broadcastForm(map: readonly Dim[], other: readonly Dim[]): 'rows' | 'planes' | undefined {
  const padded = [...Array<Dim>(Math.max(0, map.length - other.length)).fill(1), ...other];
  if (padded.length !== map.length || padded[1] !== map[1] || padded.slice(2).some((dim) => dim !== 1)) return undefined;
  if (padded[0] === 1) return 'rows';
  return padded[0] === map[0] && map.length > 2 ? 'planes' : undefined;
}

export const elementwiseEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  HardSwish: elementwise('hardSwish', 1),
  HardSigmoid: standardSlope(elementwise('hardSigmoid', 1)),
  Relu: elementwise('relu', 1),
  Neg: elementwise('neg', 1),
  Abs: elementwise('abs', 1),
  Sqrt: elementwise('sqrt', 1),
  HardSwishGradient: elementwise('hardSwishGradient', 2),
  HardSigmoidGradient: standardSlope(elementwise('hardSigmoidGradient', 2)),
  ReluGradient: elementwise('reluGradient', 2),
  Add: arithmetic('add', true),
  Sub: arithmetic('sub', false),
  Mul: arithmetic('mul', true),
  Div: arithmetic('div', false),
};
