import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { halfBits, halfValue } from '../../../core/base/half.ts';
import { createSession } from '../../../core/engine/ort/binding.ts';
import { inHalfPrecision } from '../../../core/export/precision/float16.ts';
import { encodeModel, type OnnxModel } from '../../../core/graph/onnx/model.ts';
import { precisionOf } from '../../../core/graph/onnx/precision.ts';
import { readModel } from '../../../core/graph/onnx/read.ts';

/** y = mean over rows of (x W), x [2, 2], W [2, 3]. */
function linear(weights: readonly number[]): OnnxModel {
  return {
    producer: 'test', producerVersion: '0', graphName: 'linear', opset: 17,
    inputs: [{ name: 'x', dtype: 'float32', dims: [2, 2] }], outputs: [{ name: 'y', dtype: 'float32', dims: [1, 3] }],
    initializers: [{ name: 'w', dims: [2, 3], data: Float32Array.from(weights) }],
    nodes: [
      { name: 'product', operator: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
      { name: 'mean', operator: 'ReduceMean', inputs: ['product'], outputs: ['y'], attributes: { axes: [0], keepdims: 1 } },
    ],
  };
}

const half = (value: number) => halfValue(halfBits(value));

describe('a network in half precision', () => {
  const model = inHalfPrecision(linear([1 / 3, 2, -0.1, 4, 1e-3, 7]));
  const file = readModel(encodeModel(model));

  it('takes and gives float32, and keeps its weights in float16', () => {
    expect([...file.inputs, ...file.outputs].map(({ name, elementType }) => [name, elementType])).toEqual([['x', 1], ['y', 1]]);
    expect(file.initializers.map(({ name, elementType, dims }) => [name, elementType, dims])).toEqual([['w', 10, [2, 3]]]);
    expect(file.initializers[0].raw).toHaveLength(12);
    expect(precisionOf(file)).toBe('float16');
  });

  it('adds up in float32', () => {
    const operators = file.nodes.map(({ operator, attributes }) => [operator, attributes.to]);
    expect(operators).toEqual([['Cast', 10], ['MatMul', undefined], ['Cast', 1], ['ReduceMean', undefined], ['Cast', 10], ['Cast', 1]]);
  });

  it('computes with rounded weights', () => {
    const session = createSession(encodeModel(model), { threads: 1 });
    const { y } = session.run({ x: new Tensor('float32', Float32Array.of(1, 0, 3, 2), [2, 2]) }, { y: null }, {});
    session.dispose();
    const column = (above: number, below: number) => (half(above) + (3 * half(above) + 2 * half(below))) / 2;
    [column(1 / 3, 4), column(2, 1e-3), column(-0.1, 7)].forEach((value, i) => {
      // The products are rounded to half precision or not, as the runtime pleases.
      expect(Math.abs((y.data as Float32Array)[i] - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -10);
    });
  });

  it('is refused where weights are beyond its range', () => {
    expect(() => inHalfPrecision(linear([1, 2, 3, 70_000, 5, 6]))).toThrow(expect.objectContaining({
      code: 'beyond-float16', message: expect.stringMatching(/^w holds 70000, which float16 cannot/) as string,
    }) as Error);
  });
});
