import { product, quotient, strided, type Dim } from './dims.ts';
import type { Attribute, Operator, Value } from './graph.ts';

type Attributes = Readonly<Record<string, Attribute>>;

/** Shapes and types of a node's outputs, from those of its inputs. @throws RangeError for inputs that do not fit. */
export function inferValues(operator: Operator, inputs: readonly Value[], attributes: Attributes): Value[] {
  const first = inputs[0];
  const same = (dims: readonly Dim[]): Value[] => [{ dims, dtype: first.dtype }];
  switch (operator) {
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return same(broadcastDims(first.dims, inputs[1].dims));
    case 'Conv': {
      if (attributes.shape) return same(attributes.shape as readonly Dim[]);
      const stride = attributes.stride as number;
      const [batch, , height, width] = first.dims;
      return same([batch, inputs[1].dims[0], strided(height, stride), strided(width, stride)]);
    }
    case 'AveragePool': {
      const [batch, channels, height, width] = first.dims;
      return same([batch, channels, strided(height, 2), strided(width, 2)]);
    }
    case 'MatMul':
      return same([...broadcastDims(first.dims.slice(0, -2), inputs[1].dims.slice(0, -2)),
        first.dims[first.dims.length - 2], inputs[1].dims[inputs[1].dims.length - 1]]);
    case 'ReduceMean':
    case 'ReduceSum': {
      const axes = attributes.axes as readonly number[];
      const keep = attributes.keepDims === 1;
      return same(first.dims.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dim])));
    }
    case 'Reshape':
      return same(reshapedDims(first.dims, attributes.shape as readonly Dim[]));
    case 'Expand':
    case 'ConvInputGradient':
    case 'ConvWeightGradient':
    case 'ConvTranspose':
    case 'AveragePoolGradient':
    case 'Slice':
      return same(attributes.shape as readonly Dim[]);
    case 'ScatterAdd':
      return [{ dims: attributes.shape as readonly Dim[], dtype: 'float32' }];
    case 'Transpose':
      return same((attributes.permutation as readonly number[]).map((axis) => first.dims[axis]));
    case 'Gather':
      return same([...inputs[1].dims, ...first.dims.slice(1)]);
    case 'LayerNormalization': {
      const axis = attributes.axis as number;
      const statistics = first.dims.map((dim, i) => (i >= axis ? 1 : dim));
      return [first, { ...first, dims: statistics }, { ...first, dims: statistics }];
    }
    case 'BatchNormalization':
      return attributes.training === 1 ? [first, inputs[1], inputs[1]] : [first];
    default:
      return same(first.dims);
  }
}

/** Numpy broadcasting. @throws RangeError when two sizes differ and neither is 1. */
export function broadcastDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new RangeError(`Shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast.`);
  });
}

/** Resolves one `-1` of a reshape. */
function reshapedDims(from: readonly Dim[], to: readonly Dim[]): Dim[] {
  const free = to.indexOf(-1);
  if (free < 0) return [...to];
  const rest = quotient(product(...from), product(...to.filter((dim) => dim !== -1)));
  if (rest === undefined) throw new RangeError(`[${from.join(', ')}] cannot be reshaped to [${to.join(', ')}].`);
  return to.map((dim) => (dim === -1 ? rest : dim));
}

