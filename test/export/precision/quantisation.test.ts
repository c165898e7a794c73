import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { createSession } from '../../../core/engine/ort/binding.ts';
import {
  activationQuantisation, leastScalesFor, quantisedBias, quantisedWeights, type Quantisation,
} from '../../../core/export/precision/quantisation.ts';
import { encodeModel } from '../../../core/graph/onnx/model.ts';
import { dequantised, quantised } from './affine.ts';

/** What ONNX Runtime's own operators make of values: integers, and what those mean. */
function inRuntime(values: Float32Array, { scale, zeroPoint }: Quantisation): { integers: number[]; values: number[] } {
  const parameters = ['scale', 'zero'];
  const session = createSession(encodeModel({
    producer: 'test', producerVersion: '0', graphName: 'quantise', opset: 17,
    inputs: [{ name: 'x', dtype: 'float32', dims: [values.length] }],
    outputs: [{ name: 'q', dtype: 'uint8', dims: [values.length] }, { name: 'y', dtype: 'float32', dims: [values.length] }],
    initializers: [{ name: 'scale', dims: [], data: Float32Array.of(scale) }, { name: 'zero', dims: [], data: Uint8Array.of(zeroPoint) }],
    nodes: [
      { name: 'quantise', operator: 'QuantizeLinear', inputs: ['x', ...parameters], outputs: ['q'] },
      { name: 'dequantise', operator: 'DequantizeLinear', inputs: ['q', ...parameters], outputs: ['y'] },
    ],
  }), { threads: 1 });
  const { q, y } = session.run({ x: new Tensor('float32', values, [values.length]) }, { q: null, y: null }, {});
  session.dispose();
  return { integers: [...q.data as Uint8Array], values: [...y.data as Float32Array] };
}

describe('the quantisation of activations', () => {
  it.each([
    { range: { min: -1, max: 2 }, scale: 3 / 255, zeroPoint: 85 },
    // Zero must be one of the numbers, also where no value is near it.
    { range: { min: 3, max: 5.1 }, scale: 5.1 / 255, zeroPoint: 0 },
    { range: { min: -5.1, max: -3 }, scale: 5.1 / 255, zeroPoint: 255 },
    { range: { min: 0, max: 0 }, scale: 1, zeroPoint: 0 },
  ])('spreads 256 numbers over $range', ({ range, scale, zeroPoint }) => {
    const found = activationQuantisation(range);
    expect(found.scale).toBeCloseTo(scale, 8);
    expect(found.zeroPoint).toBe(zeroPoint);
    expect(dequantised(quantised(0, found), found)).toBe(0);
  });

  it('is what QuantizeLinear and DequantizeLinear of ONNX Runtime do, ties and both ends included', () => {
    const quantisation = { scale: 0.25, zeroPoint: 100 };
    const random = new Random('quantisation');
    const values = Float32Array.from([0, 0.125, 0.375, -0.125, -0.375, 0.6, 1000, -1000, ...Array.from({ length: 200 }, () => 20 * random.normal())]);
    const { integers, values: meant } = inRuntime(values, quantisation);
    expect(Array.from(values, (value) => quantised(value, quantisation))).toEqual(integers);
    expect(integers.map((integer) => dequantised(integer, quantisation))).toEqual(meant);
    // To even: 0.5 steps to 0, 1.5 to 2.
    expect(integers.slice(0, 8)).toEqual([100, 100, 102, 100, 98, 102, 255, 0]);
  });

  it('is off by at most half a step within the range', () => {
    const random = new Random('half a step');
    const quantisation = activationQuantisation({ min: -0.7, max: 3.1 });
    const errors = Array.from({ length: 500 }, () => {
      const value = -0.7 + 3.8 * random.uniform();
      return Math.abs(dequantised(quantised(value, quantisation), quantisation) - value);
    });
    // Zero is shifted to a whole step, which the ends may pay for.
    expect(Math.max(...errors)).toBeLessThanOrEqual(quantisation.scale * (1 + 1e-6));
    expect(errors.filter((error) => error > 0.5 * quantisation.scale * (1 + 1e-6)).length).toBeLessThan(5);
  });
});

describe('the quantisation of weights', () => {
  it('has 127 for the largest weight of each channel', () => {
    // Two output channels of a product [3, 2], one of a hundredth of the other.
    const { integers, scales } = quantisedWeights(Float32Array.of(1.27, 0.01, -0.5, 0.0127, 0.3, -0.004), [3, 2], 1);
    expect([...scales]).toEqual([expect.closeTo(0.01, 8), expect.closeTo(1e-4, 8)]);
    expect([...integers]).toEqual([127, 100, -50, 127, 30, -40]);
  });

  it('goes along the first axis for convolutions, and never uses -128', () => {
    const { integers, scales } = quantisedWeights(Float32Array.of(-2, 1, 0.5, 8, -4, 0), [2, 1, 3, 1], 0);
    expect([...integers]).toEqual([-127, 64, 32, 127, -64, 0]);
    expect([...scales]).toEqual([Math.fround(2 / 127), Math.fround(8 / 127)]);
  });

  it('leaves room for biases that are far larger than the weights', () => {
    const bias = Float32Array.of(3, -0.5, 0.25);
    const inputScale = 0.02;
    const weights = Float32Array.of(0, 1e-20, 0.1);
    const { scales } = quantisedWeights(weights, [3, 1, 1, 1], 0, leastScalesFor(bias, inputScale));
    const steps = scales.map((scale) => scale * inputScale);
    const integers = quantisedBias(bias, steps);
    integers.forEach((integer, i) => {
      expect(Math.abs(integer * steps[i] - bias[i])).toBeLessThanOrEqual(Math.max(steps[i], 1e-6));
      expect(Math.abs(integer)).toBeLessThan(2 ** 31);
    });
    expect(scales[2]).toBeCloseTo(0.1 / 127, 8);
  });
});
