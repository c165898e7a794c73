import { plus, product, quotient, strided, type Dim } from './dims.ts';
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
      const [batch, channels, height, width] = first.dims;
      const [filters, perFilter] = inputs[1].dims;
      const expected = product(channels, Number(attributes.multiplier ?? 1));
      if (attributes.depthwise ? filters !== expected || perFilter !== 1 : perFilter !== channels) throw misfit('convolve', inputs);
      const [top, left, bottom, right] = windowPads(attributes);
      const rest = 1 - Number(attributes.kernelSize);
      return same([batch, filters, strided(plus(height, top + bottom + rest), stride), strided(plus(width, left + right + rest), stride)]);
    }
    case 'AveragePool': {
      const [batch, channels, height, width] = first.dims;
      return same([batch, channels, strided(height, 2), strided(width, 2)]);
    }
    case 'MatMul':
    case 'JetMatMul': {
      const [rows, inner] = first.dims.slice(-2);
      const [matching, columns] = inputs[1].dims.slice(-2);
      if (inner === undefined || inner !== matching) throw misfit('multiply', inputs);
      return same([...broadcastDims(first.dims.slice(0, -2), inputs[1].dims.slice(0, -2)), rows, columns]);
    }
    case 'Gemm': {
      const [rows, inner] = first.dims;
      const [matching, columns] = inputs[1].dims;
      if (first.dims.length !== 2 || inputs[1].dims.length !== 2 || inner !== matching) throw misfit('multiply', inputs);
      return same(broadcastDims([rows, columns], inputs[2].dims));
    }
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
    case 'Pad': {
      const { axis, before, after } = attributes as { axis: number; before: Dim; after: Dim };
      return same(first.dims.map((dim, i) => (i === axis ? total([dim, before, after]) : dim)));
    }
    case 'Concat': {
      const axis = attributes.axis as number;
      const isSame = ({ dims }: Value) => dims.length === first.dims.length && dims.every((dim, i) => i === axis || dim === first.dims[i]);
      if (!inputs.every(isSame)) throw misfit('join', inputs);
      return same(first.dims.map((dim, i) => (i === axis ? total(inputs.map(({ dims }) => dims[axis])) : dim)));
    }
    case 'ScatterAdd':
      return [{ dims: attributes.shape as readonly Dim[], dtype: 'float32' }];
    case 'Transpose': {
      const permutation = attributes.permutation as readonly number[];
      if (!first.dims.every((_, axis) => permutation.includes(axis)) || permutation.length !== first.dims.length) {
        throw new RangeError(`[${permutation.join(', ')}] does not permute the axes of [${first.dims.join(', ')}].`);
      }
      return same(permutation.map((axis) => first.dims[axis]));
    }
    case 'Gather':
      return same([...inputs[1].dims, ...first.dims.slice(1)]);
    case 'LayerNormalization': {
      const axis = attributes.axis as number;
      const statistics = first.dims.map((dim, i) => (i >= axis ? 1 : dim));
      return [first, { ...first, dims: statistics }, { ...first, dims: statistics }];
    }
    case 'BatchNormalization':
      return attributes.training === 1 ? [first, inputs[1], inputs[1]] : [first];
    case 'BatchNormalizationGradient':
      return [first, inputs[2], inputs[2]];
    case 'LayerNormalizationGradient': {
      const parameters = { ...first, dims: first.dims.slice(attributes.axis as number) };
      return [first, parameters, parameters];
    }
    default:
      return same(first.dims);
  }
}

/** Zeros around the map of a convolution: above, left, below and right. Without `pads` as many as keep its size. */
export function windowPads({ kernelSize, pads }: Attributes): readonly number[] {
  if (pads !== undefined) return pads as readonly number[];
  const padding = Math.floor(Number(kernelSize) / 2);
  return [padding, padding, padding, padding];
}

/** The sum of sizes of which one may be a symbol. @throws RangeError when more are */
function total(sizes: readonly Dim[]): Dim {
  const symbols = sizes.filter((size) => typeof size === 'string');
  const rest = sizes.reduce<number>((sum, size) => sum + (typeof size === 'number' ? size : 0), 0);
  if (symbols.length > 1) throw new RangeError(`The sum of the sizes ${sizes.join(', ')} cannot be written down.`);
  return symbols.length === 0 ? rest : plus(symbols[0], rest);
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

/** Resolves one `-1` of a reshape. Sizes that cannot be compared while symbols are free are believed. */
function reshapedDims(from: readonly Dim[], to: readonly Dim[]): Dim[] {
  const rest = quotient(product(...from), product(...to.filter((dim) => dim !== -1)));
  const resolved = to.map((dim) => (dim === -1 ? rest : dim));
  const differs = !to.includes(-1) && typeof rest === 'number' && rest !== 1;
  const impossible = rest === undefined && [...from, ...to].every((dim) => typeof dim === 'number');
  const ambiguous = to.filter((dim) => dim === -1).length > 1;
  if (differs || impossible || ambiguous || !resolved.every((dim) => dim !== undefined)) {
    throw new RangeError(`[${from.join(', ')}] cannot be reshaped to [${to.join(', ')}].`);
  }
  return resolved;
}

function misfit(action: string, inputs: readonly Value[]): RangeError {
  return new RangeError(`Shapes [${inputs[0].dims.join(', ')}] and [${inputs[1].dims.join(', ')}] do not ${action}.`);
}
