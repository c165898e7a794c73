import { product, type Dim } from '../../../graph/dims.ts';
import type { GraphNode, Operator } from '../../../graph/graph.ts';
import type { Address } from '../../wasm/arena.ts';
import type { Emitter } from './elementwise.ts';
import { planPermutation } from './permuted.ts';
import type { Planner } from './planner.ts';
import type { Frame, Storage } from './steps.ts';

/** Layers of vision transformers on tokens [batch, tokens, channels] in the order of their axes. */

export const isDeclared = (planner: Planner, name: string) => planner.layoutOf(name) === 'declared' && planner.scalar(name) === undefined;
const same = (a: readonly Dim[], b: readonly Dim[]) => a.length === b.length && a.every((dim, axis) => dim === b[axis]);

/** Whether `b` has one number for each place along the last axes of `a`. @returns rows that share it and their length */
export function repeatedRow(a: readonly Dim[], b: readonly Dim[]): { rowsOfImage: Dim; length: Dim } | undefined {
  const trailing = b.slice(b.findIndex((dim) => dim !== 1));
  const axis = a.length - trailing.length;
  if (trailing.length === 0 || b.length > a.length || axis < 1 || !same(a.slice(axis), trailing)) return undefined;
  return { rowsOfImage: product(...a.slice(1, axis)), length: product(...trailing) };
}

/** A sum that only another sum reads, whose other operand is at hand: both are made at once. */
export function followingSum(planner: Planner, name: string): { other: string; output: string } | undefined {
  const reader = planner.onlyConsumer(name);
  if (reader?.operator !== 'Add') return undefined;
  const other = reader.inputs[0] === name ? reader.inputs[1] : reader.inputs[0];
  const fits = other !== name && planner.has(other) && isDeclared(planner, other) && same(planner.dims(other), planner.dims(name));
  return fits ? { other, output: reader.outputs[0] } : undefined;
}

/** A bias for each channel of every token, and the residual behind it. */
function arithmetic(kernel: string, commutes: boolean): Emitter {
  return (node, planner) => {
    const [output] = node.outputs;
    if (planner.has(output)) return true;
    const dims = planner.dims(output);
    const isWhole = (name: string) => same(planner.dims(name), dims);
    const [a, b] = commutes && !isWhole(node.inputs[0]) ? [node.inputs[1], node.inputs[0]] : node.inputs;
    if (![a, b].every((name) => isDeclared(planner, name)) || !isWhole(a)) return false;
    const repeated = repeatedRow(dims, planner.dims(b));
    if (!repeated) return false;
    const { rowsOfImage, length } = repeated;
    const [x, row] = [planner.read(a, 'declared'), planner.read(b, 'declared')];
    const following = kernel === 'add' ? followingSum(planner, output) : undefined;
    if (following) {
      const other = planner.read(following.other, 'declared');
      const y = planner.write(following.output, 'declared');
      planner.channelwise(dims[0], [x, other], [y], ({ kernels, address, start, channels, size }) =>
        kernels.addBiasTo(address(x), start(row), address(other), address(y), channels * size(rowsOfImage), size(length)), undefined, [row]);
      return true;
    }
    const y = planner.write(output, 'declared');
    planner.channelwise(dims[0], [x], [y], ({ kernels, address, start, channels, size }) =>
      kernels[`${kernel}Columns`](address(x), start(row), address(y), channels * size(rowsOfImage), size(length)), undefined, [row]);
    return true;
  };
}

/** Over the last axes of each token. */
const layerNormalization: Emitter = (node, planner) => {
  const [name, ...parameters] = node.inputs;
  const dims = planner.dims(name);
  const axis = node.attributes.axis as number;
  const [rows, length] = [product(...dims.slice(1, axis)), product(...dims.slice(axis))];
  const fits = axis >= 1 && isDeclared(planner, name) && parameters.every((parameter) => product(...planner.dims(parameter)) === length);
  if (!fits) return false;
  const epsilon = Number(node.attributes.epsilon);
  const x = planner.read(name, 'declared');
  const [scale, bias] = parameters.map((parameter) => planner.read(parameter, 'declared'));
  const [y, mean, inverse] = node.outputs.map((output) => planner.write(output, 'declared'));
  planner.channelwise(dims[0], [x], [y, mean, inverse], ({ kernels, address, start, channels, size }) => kernels.normaliseRows(
    address(x), start(scale), start(bias), address(y), address(mean), address(inverse), channels * size(rows), size(length), epsilon,
  ), undefined, [scale, bias]);
  return true;
};

/** With the residual's gradient, where nothing else wants the norm's own. */
const layerNormalizationGradient: Emitter = (node, planner) => {
  const [gradientName, xName, scaleName, ...statistics] = node.inputs;
  const dims = planner.dims(gradientName);
  const axis = node.attributes.axis as number;
  const [rows, length] = [product(...dims.slice(0, axis)), product(...dims.slice(axis))];
  const fits = axis >= 1 && [gradientName, xName].every((name) => isDeclared(planner, name)) && product(...planner.dims(scaleName)) === length;
  if (!fits) return false;
  const inputs = [gradientName, xName, ...statistics, scaleName].map((name) => planner.read(name, 'declared'));
  const residual = followingSum(planner, node.outputs[0]);
  const other = residual ? [planner.read(residual.other, 'declared')] : [];
  const dx = planner.write(residual?.output ?? node.outputs[0], 'declared');
  const [dScale, dBias] = node.outputs.slice(1).map((name) => planner.write(name, 'declared'));
  const kernel = residual ? 'normaliseRowsGradientTo' : 'normaliseRowsGradient';
  planner.whole([...inputs, ...other], [dx, dScale, dBias], ({ kernels, address, scratch, size }) => kernels[kernel](
    ...inputs.map(address), address(other[0] ?? dx), address(dx), address(dScale), address(dBias), scratch, size(rows), size(length),
  ), (size) => 2 * size(length));
  return true;
};

/** The product and the bias of which an activation's input is the sum. */
function biased(planner: Planner, name: string): { x: string; bias: string } | undefined {
  const sum = planner.producer(name);
  if (sum?.operator !== 'Add') return undefined;
  const [x, bias] = sum.inputs;
  const fits = planner.dims(bias).length === 1 && same(planner.dims(x), planner.dims(name)) && isDeclared(planner, x)
    && planner.dims(name).length > 1 && planner.dims(bias)[0] === planner.dims(name).at(-1);
  return fits ? { x, bias } : undefined;
}

/** A layer's bias and activation in one walk. */
function gelu(kernel: string, withGradient: boolean): Emitter {
  return (node, planner) => {
    const gradients = withGradient ? node.inputs.slice(0, 1) : [];
    const sum = biased(planner, node.inputs[gradients.length]);
    if (!sum || !gradients.every((name) => isDeclared(planner, name))) return false;
    const dims = planner.dims(sum.x);
    const rows = product(...dims.slice(1, -1));
    const bias = planner.read(sum.bias, 'declared');
    const inputs = [...gradients, sum.x].map((name) => planner.read(name, 'declared'));
    const y = planner.write(node.outputs[0], 'declared');
    planner.channelwise(dims[0], inputs, [y], ({ kernels, address, start, channels, size }) =>
      kernels[kernel](...inputs.map(address), start(bias), address(y), channels * size(rows), size(dims[dims.length - 1])), undefined, [bias]);
    return true;
  };
}

/** A matrix for each image and head, as it lies in memory. */
interface HeadsMatrix {
  readonly storage: Storage;
  /** Of the matrix in memory. */
  readonly rows: Dim;
  readonly columns: Dim;
  readonly transposed: boolean;
  /** [batch, rows, heads, columns] in place of [batch, heads, rows, columns]. */
  readonly interleaved: boolean;
}

/** Orders of the axes [batch, rows, heads, columns] or [batch, heads, rows, columns] that ONNX Runtime reads as they are. */
const readableOrders: Readonly<Record<string, Pick<HeadsMatrix, 'transposed' | 'interleaved'>>> = {
  '0,2,1,3': { transposed: false, interleaved: true }, '0,2,3,1': { transposed: true, interleaved: true },
  '0,1,3,2': { transposed: true, interleaved: false },
};

function headsMatrix(planner: Planner, name: string): HeadsMatrix {
  const view = planner.viewOf(name);
  const order = view?.kind === 'permuted' && view.dims.length === 4 ? readableOrders[view.permutation.join()] : undefined;
  const [, , rows, columns] = planner.dims(name);
  if (view?.kind !== 'permuted' || !order) return { storage: planner.read(name, 'declared'), rows, columns, transposed: false, interleaved: false };
  return { storage: view.storage, ...order, ...(order.transposed ? { rows: columns, columns: rows } : { rows, columns }) };
}

/** Products of attention, [batch, heads, m, k] x [batch, heads, k, n], image by image. */
const matMul: Emitter = (node, planner) => {
  const [left, right] = node.inputs;
  const [a, b] = [planner.dims(left), planner.dims(right)];
  const fits = a.length === 4 && b.length === 4 && a[0] === b[0] && a[1] === b[1] && isDeclared(planner, left) && isDeclared(planner, right);
  if (!fits) return false;
  const [batch, heads, m] = a;
  const n = b[3];
  const operands = [headsMatrix(planner, left), headsMatrix(planner, right)];
  const [output] = node.outputs;
  const turned = wantedTurned(planner, output);
  // (A B)^T = B^T A^T: a result that is only wanted transposed is made so.
  const [x, y] = turned ? [...operands].reverse().map((matrix) => ({ ...matrix, transposed: !matrix.transposed })) : operands;
  const z = turned ? planner.temporary(batch, heads, n, m) : planner.write(output, 'declared');
  // ONNX Runtime transposes a left operand piece by piece, as often as it needs the piece.
  const turnsLeft = x.transposed && !x.interleaved;
  planner.channelwise(batch, [x.storage, y.storage], [z], (frame) => {
    const { address, channels, kernels, products, scratch, size } = frame;
    const count = size(heads);
    const imageFloats = (matrix: HeadsMatrix) => count * size(matrix.rows) * size(matrix.columns);
    for (let image = 0; image < channels; image++) {
      const from = address(x.storage) + 4 * image * imageFloats(x);
      let factor = operandOf(frame, x, from);
      if (turnsLeft) {
        const { rows, columns } = factor;
        for (let head = 0; head < count; head++) kernels.transpose(from + 4 * head * rows * columns, scratch + 4 * head * rows * columns, rows, columns);
        factor = { ...factor, address: scratch, rows: columns, columns: rows, transposed: false };
      }
      products.multiplyHeads(count, factor, operandOf(frame, y, address(y.storage) + 4 * image * imageFloats(y)),
        address(z) + 4 * image * count * size(m) * size(n));
    }
  }, turnsLeft ? (size) => size(heads) * size(x.rows) * size(x.columns) : undefined);
  if (turned) planPermutation(planner, turned.output, z, [batch, heads, n, m], turned.permutation);
  return true;
};

function operandOf({ size }: Frame, { rows, columns, transposed, interleaved }: HeadsMatrix, address: Address) {
  return { address, rows: size(rows), columns: size(columns), transposed, interleaved };
}

/** Where a product is only read with its last two axes exchanged: by which node, and how that node orders the turned product's axes. */
function wantedTurned(planner: Planner, output: string): { output: string; permutation: readonly number[] } | undefined {
  const reader: GraphNode | undefined = planner.onlyConsumer(output);
  if (reader?.operator !== 'Transpose') return undefined;
  const permutation = reader.attributes.permutation as readonly number[];
  if (permutation.indexOf(3) > permutation.indexOf(2)) return undefined;
  return { output: reader.outputs[0], permutation: permutation.map((axis) => (axis < 2 ? axis : 5 - axis)) };
}

const alreadyPlanned: Emitter = (node, planner) => planner.has(node.outputs[0]);

export const tokenEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  Add: arithmetic('add', true),
  Sub: arithmetic('sub', false),
  Mul: arithmetic('mul', true),
  Div: arithmetic('div', false),
  LayerNormalization: layerNormalization,
  LayerNormalizationGradient: layerNormalizationGradient,
  Gelu: gelu('biasGelu', false),
  GeluGradient: gelu('biasGeluGradient', true),
  MatMul: matMul,
  Transpose: alreadyPlanned,
};
