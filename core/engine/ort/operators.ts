import * as tf from '@tensorflow/tfjs';
import type { Arena } from '../wasm/arena.ts';
import type { OrtBackend } from './backend.ts';
import { elementsOf, type DeviceData } from './deviceData.ts';
import type { MatrixProducts } from './plan/product.ts';

/**
 * tfjs operators, outside of graphs, that the engine's memory and kernels serve: those that work through many numbers.
 * Each says whether it takes a case; the reference kernel takes the others.
 */

/** Fewer numbers are not worth bringing to the arena. */
const leastElements = 4096;

type Inputs = Readonly<Record<string, tf.TensorInfo>>;
type Attributes = Readonly<Record<string, unknown>>;
type Operator = (inputs: Inputs, attributes: Attributes, tools: Tools) => DeviceData | undefined;

interface Tools {
  readonly backend: OrtBackend;
  readonly products: MatrixProducts;
}

const isFloat = ({ dtype }: tf.TensorInfo) => dtype === 'float32';
const sameShape = (a: tf.TensorInfo, b: tf.TensorInfo) => a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis]);

/** Where a tensor's numbers lie in the order of its axes. */
function inOrder(tensor: tf.TensorInfo, { backend }: Tools): DeviceData {
  const data = backend.onDevice(tensor);
  return data.layout === 'declared' ? data : backend.reordered(tensor);
}

function result(arena: Arena, shape: readonly number[]): DeviceData {
  return { address: arena.allocate(elementsOf(shape)), layout: 'declared', shape };
}

function unary(kernel: string): Operator {
  return ({ x }, _attributes, tools) => {
    if (!isFloat(x) || elementsOf(x.shape) < leastElements) return undefined;
    const { arena, kernels } = tools.backend;
    const from = inOrder(x, tools);
    const to = result(arena, x.shape);
    kernels[kernel](from.address, to.address, elementsOf(x.shape));
    return to;
  };
}

/** Of two tensors of one shape, or of a tensor and a number. */
function binary(kernel: string): Operator {
  return ({ a, b }, _attributes, tools) => {
    if (!isFloat(a) || !isFloat(b) || elementsOf(a.shape) < leastElements) return undefined;
    const { arena, kernels } = tools.backend;
    if (sameShape(a, b)) {
      const operands = [a, b].map((tensor) => inOrder(tensor, tools));
      const to = result(arena, a.shape);
      kernels[kernel](...operands.map(({ address }) => address), to.address, elementsOf(a.shape));
      return to;
    }
    if (elementsOf(b.shape) !== 1 || b.shape.length > a.shape.length) return undefined;
    const number = (tools.backend.values(b) as Float32Array)[0];
    const from = inOrder(a, tools);
    const to = result(arena, a.shape);
    kernels[`${kernel}Scalar`](from.address, to.address, elementsOf(a.shape), number);
    return to;
  };
}

/** Matrix products, a pair of matrices at a time; a single matrix meets all of the other side. */
const batchMatMul: Operator = ({ a, b }, { transposeA, transposeB }, tools) => {
  if (!isFloat(a) || !isFloat(b) || elementsOf(a.shape) + elementsOf(b.shape) < leastElements) return undefined;
  const { arena } = tools.backend;
  const matrix = ({ shape }: tf.TensorInfo) => ({ rows: shape[shape.length - 2], columns: shape[shape.length - 1] });
  const [batchA, batchB] = [a, b].map(({ shape }) => shape.slice(0, -2));
  const [countA, countB] = [elementsOf(batchA), elementsOf(batchB)];
  const isSame = batchA.length === batchB.length && batchA.every((size, axis) => size === batchB[axis]);
  if (!isSame && countA !== 1 && countB !== 1) return undefined;
  const batch = countA >= countB && batchA.length >= batchB.length ? batchA : batchB;
  if (elementsOf(batch) !== Math.max(countA, countB)) return undefined;
  const [left, right] = [inOrder(a, tools), inOrder(b, tools)];
  const [ma, mb] = [{ ...matrix(a), transposed: transposeA === true }, { ...matrix(b), transposed: transposeB === true }];
  const rows = ma.transposed ? ma.columns : ma.rows;
  const columns = mb.transposed ? mb.rows : mb.columns;
  const to = result(arena, [...batch, rows, columns]);
  const at = (start: number, i: number, count: number, size: number) => start + (count === 1 ? 0 : 4 * i * size);
  for (let i = 0; i < elementsOf(batch); i++) {
    tools.products.multiply(
      { ...ma, address: at(left.address, i, countA, ma.rows * ma.columns) },
      { ...mb, address: at(right.address, i, countB, mb.rows * mb.columns) },
      to.address + 4 * i * rows * columns);
  }
  return to;
};

/** Over the last axes. */
const sum: Operator = ({ x }, { axis, keepDims }, tools) => {
  if (!isFloat(x) || elementsOf(x.shape) < leastElements || keepDims === true) return undefined;
  const axes = tf.util.parseAxisParam(axis as number | number[], [...x.shape]);
  const kept = x.shape.length - axes.length;
  if (axes.some((value, i) => value !== kept + i)) return undefined;
  const { arena, kernels } = tools.backend;
  const from = inOrder(x, tools);
  const to = result(arena, x.shape.slice(0, kept));
  kernels.sumRows(from.address, to.address, elementsOf(to.shape), elementsOf(x.shape.slice(kept)), 1);
  return to;
};

/** By tfjs's names. */
export const operators: Readonly<Record<string, Operator>> = {
  Add: binary('add'), Sub: binary('sub'), Multiply: binary('mul'), RealDiv: binary('div'),
  Relu: unary('relu'), Neg: unary('neg'), Abs: unary('abs'), Sqrt: unary('sqrt'),
  BatchMatMul: batchMatMul, Sum: sum,
};
