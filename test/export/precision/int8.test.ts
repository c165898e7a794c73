import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { optimisedModel } from '../../../core/export/optimised.ts';
import { onnxModel } from '../../../core/export/onnx.ts';
import { inIntegers } from '../../../core/export/precision/int8.ts';
import { observedRanges } from '../../../core/export/precision/observedRanges.ts';
import { activationQuantisation, quantisedWeights } from '../../../core/export/precision/quantisation.ts';
import { quantisedLayers } from '../../../core/export/precision/quantisedLayers.ts';
import { runFile } from '../../../core/export/verify.ts';
import { encodeModel, type OnnxModel } from '../../../core/graph/onnx/model.ts';
import { precisionOf } from '../../../core/graph/onnx/precision.ts';
import { readModel } from '../../../core/graph/onnx/read.ts';
import { livelyWeights, lowered } from '../networks.ts';
import { dequantised, quantised } from './affine.ts';

const ends = { input: 'x', output: 'y' };
const random = new Random('perceptron');
const values = (count: number, scale: number) => Float32Array.from({ length: count }, () => scale * random.normal());
const [w1, b1, w2, b2] = [values(4 * 6, 1), values(6, 0.3), values(6 * 3, 0.1), values(3, 1)];

/** y = relu(x W1 + b1) W2 + b2, four numbers to three. */
const perceptron: OnnxModel = {
  producer: 'test', producerVersion: '0', graphName: 'perceptron', opset: 17,
  inputs: [{ name: 'x', dtype: 'float32', dims: [1, 4] }], outputs: [{ name: 'y', dtype: 'float32', dims: [1, 3] }],
  initializers: [
    { name: 'first.weight', dims: [4, 6], data: w1 }, { name: 'first.bias', dims: [6], data: b1 },
    { name: 'second.weight', dims: [6, 3], data: w2 }, { name: 'second.bias', dims: [3], data: b2 },
  ],
  nodes: [
    { name: 'first', operator: 'Gemm', inputs: ['x', 'first.weight', 'first.bias'], outputs: ['sum'] },
    { name: 'relu', operator: 'Relu', inputs: ['sum'], outputs: ['hidden'] },
    { name: 'second', operator: 'Gemm', inputs: ['hidden', 'second.weight', 'second.bias'], outputs: ['y'] },
  ],
};
const inputs = Array.from({ length: 40 }, () => values(4, 2));
const calibration = { count: inputs.length, read: (index: number) => inputs[index] };

/** Largest error of x W + b when x, known to `error`, and W are rounded: |W^| (error + step) + |x| step(W)/2 + half a step of the bias. */
function layerError(x: Float32Array, error: readonly number[], step: number, weights: Float32Array, outputs: number): number[] {
  const { integers, scales } = quantisedWeights(weights, [x.length, outputs], 1);
  return Array.from(scales, (scale, j) => x.reduce((sum, value, i) =>
    sum + Math.abs(integers[i * outputs + j]) * scale * (error[i] + step) + (Math.abs(value) * scale) / 2, (step * scale) / 2));
}

describe('a network in integers', () => {
  const ranges = observedRanges(perceptron, calibration, 'min-max');
  const int8 = encodeModel(inIntegers(perceptron, ranges));

  it('was given ranges by all calibration inputs', () => {
    const all = inputs.flatMap((input) => [...input]);
    expect(ranges.get('x')).toEqual({ min: Math.min(...all), max: Math.max(...all) });
    expect([...ranges.keys()]).toEqual(['x', 'hidden']);
    expect(ranges.get('hidden')!.min).toBe(0);
  });

  it('differs from float32 by no more than its roundings can add up to', () => {
    const feeds = inputs.map((input) => ({ values: input, shape: [1, 4] }));
    const exact = runFile(encodeModel(perceptron), ends, feeds, 'float32');
    const rounded = runFile(int8, ends, feeds, 'int8');
    const [xStep, hiddenStep] = ['x', 'hidden'].map((name) => activationQuantisation(ranges.get(name)!).scale);
    const scale = Math.max(...exact.flatMap((row) => [...row].map(Math.abs)));
    let [largest, bound] = [0, 0];
    inputs.forEach((x, n) => {
      const hidden = Float32Array.from({ length: 6 }, (_, j) => Math.max(0, x.reduce((sum, value, i) => sum + value * w1[i * 6 + j], b1[j])));
      const limits = layerError(hidden, layerError(x, [0, 0, 0, 0], xStep, w1, 6), hiddenStep, w2, 3);
      limits.forEach((limit, k) => {
        const difference = Math.abs(exact[n][k] - rounded[n][k]);
        expect(difference).toBeLessThanOrEqual(limit);
        largest = Math.max(largest, difference);
        bound = Math.max(bound, limit);
      });
    });
    expect(largest).toBeGreaterThan(0);
    expect(bound).toBeLessThan(0.2 * scale);
  });

  it('is what integer arithmetic says, whatever kernels the runtime has', () => {
    const [x] = inputs;
    const [y] = runFile(int8, ends, [{ values: x, shape: [1, 4] }], 'int8');
    const layer = (input: ArrayLike<number>, name: string, weights: Float32Array, bias: Float32Array) => {
      const quantisation = activationQuantisation(ranges.get(name)!);
      const integers = Array.from(input, (value) => quantised(value, quantisation));
      const { integers: rows, scales } = quantisedWeights(weights, [input.length, bias.length], 1);
      return Array.from(scales, (scale, j) => {
        const sum = integers.reduce((total, integer, i) => total + (integer - quantisation.zeroPoint) * rows[i * bias.length + j], 0);
        return scale * quantisation.scale * (sum + Math.round(bias[j] / (scale * quantisation.scale)));
      });
    };
    const hidden = layer(x, 'x', w1, b1).map((value) => Math.max(0, value));
    layer(hidden, 'hidden', w2, b2).forEach((value, k) => expect(y[k]).toBeCloseTo(value, 5));
    expect(dequantised(quantised(hidden[0], activationQuantisation(ranges.get('hidden')!)), activationQuantisation(ranges.get('hidden')!)))
      .toBeCloseTo(hidden[0], 1);
  });

  it('keeps weights in int8, biases in int32 and activations in uint8, and takes and gives float32', () => {
    const file = readModel(int8);
    const typeOf = (name: string) => file.initializers.find((tensor) => tensor.name === name)?.elementType;
    expect(['first.weight/int8', 'first.bias/int32', 'x/zeroPoint', 'first.weight/zeroPoint', 'x/scale'].map(typeOf)).toEqual([3, 6, 2, 3, 1]);
    expect(['first.weight', 'first.bias', 'second.weight', 'second.bias'].map(typeOf)).toEqual([undefined, undefined, undefined, undefined]);
    expect([...file.inputs, ...file.outputs].map(({ name, elementType }) => [name, elementType])).toEqual([['x', 1], ['y', 1]]);
    expect(precisionOf(file)).toBe('int8');
  });

  it('is refused without the range of a value, and where a value is no number', () => {
    expect(() => inIntegers(perceptron, new Map())).toThrow('The range of "x" is not known.');
    const broken = { count: 1, read: () => Float32Array.of(1, NaN, 0, 0) };
    expect(() => observedRanges(perceptron, broken, 'min-max')).toThrow(expect.objectContaining({ code: 'export-not-finite' }) as Error);
  });
});

describe('ONNX Runtime', () => {
  const operators = (space: string, batch: 1 | 'dynamic') => {
    const network = lowered(space, 'min', { classes: 4 });
    const weights = livelyWeights(network, 'fusion');
    const model = onnxModel(weights, { batch, version: '0', metadata: {}, linearRows: true });
    const one = onnxModel(weights, { batch: 1, version: '0', metadata: {}, linearRows: true });
    const images = { count: 1, read: () => new Float32Array(3 * network.resolution ** 2).fill(0.5) };
    const file = optimisedModel(encodeModel(inIntegers(model, observedRanges(one, images, 'min-max'))));
    return {
      written: [...quantisedLayers(model).keys()],
      count: (...names: string[]) => file.nodes.filter(({ operator }) => names.includes(operator)).length,
    };
  };

  it.each([1, 'dynamic'] as const)('has integer kernels for every layer of convolutional and of token networks, with batch %s', (batch) => {
    for (const space of ['elasticvit-mini', 'autoformer-mini', 'pit-mini']) {
      const { written, count } = operators(space, batch);
      expect(count('QLinearConv'), space).toBe(written.filter(({ operator }) => operator === 'Conv').length);
      // Products of two activations that are 8 bits anyway get one as well.
      expect(count('QGemm', 'QLinearMatMul', 'MatMulIntegerToFloat'), space)
        .toBeGreaterThanOrEqual(written.filter(({ operator }) => operator !== 'Conv').length);
      expect(count('Conv', 'FusedConv', 'Gemm', 'FusedGemm'), space).toBe(0);
    }
  });
});
