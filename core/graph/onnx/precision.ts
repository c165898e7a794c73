import type { OnnxFile } from './read.ts';

/** What an ONNX file keeps its weights in, and computes most with. */
export const precisions = ['float32', 'float16', 'int8'] as const;
export type Precision = (typeof precisions)[number];

/** In TensorProto.DataType. */
const elementTypes = { float32: 1, float16: 10 } as const;

/** Of the products: a quantised file has integer weights, a half one float16 ones. */
export function precisionOf({ initializers, nodes }: Pick<OnnxFile, 'initializers' | 'nodes'>): Precision {
  if (nodes.some(({ operator }) => /^(QuantizeLinear|QLinear|DequantizeLinear|MatMulInteger|ConvInteger)/.test(operator))) return 'int8';
  const count = (type: number) => initializers.filter(({ elementType }) => elementType === type).length;
  return count(elementTypes.float16) > count(elementTypes.float32) ? 'float16' : 'float32';
}
