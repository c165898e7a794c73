import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { registerOrtBackend } from '../../../core/engine/ort/backend.ts';

type Make = (shape: number[]) => tf.Tensor;

/** An operation on tensors that are made alike on both backends. */
async function both(seed: string, operation: (make: Make) => tf.Tensor): Promise<[Float32Array, Float32Array]> {
  const results: Float32Array[] = [];
  for (const backend of ['ort', 'cpu']) {
    await tf.setBackend(backend);
    const random = new Random(seed);
    const make: Make = (shape) =>
      tf.tensor(Float32Array.from({ length: shape.reduce((size, dim) => size * dim, 1) }, () => random.normal()), shape);
    results.push(tf.tidy(() => Float32Array.from(operation(make).dataSync())));
  }
  await tf.setBackend('ort');
  return results as [Float32Array, Float32Array];
}

function expectClose([actual, expected]: [Float32Array, Float32Array]): void {
  expect(actual.length).toBe(expected.length);
  let scale = 1;
  expected.forEach((value) => { scale = Math.max(scale, Math.abs(value)); });
  actual.forEach((value, i) => expect(Math.abs(value - expected[i]) / scale).toBeLessThan(1e-5));
}

describe('tfjs operators outside of graphs', () => {
  beforeAll(() => startEngine('ort'));
  beforeEach(() => tf.setBackend('ort'));

  it.each<[string, (make: Make) => tf.Tensor]>([
    ['a sum', (make) => tf.add(make([33, 129]), make([33, 129]))],
    ['a sum with a number', (make) => tf.add(make([33, 129]), 2)],
    ['a broadcast difference', (make) => tf.sub(make([70, 64]), make([64]))],
    ['a quotient', (make) => tf.div(make([5, 1000]), tf.add(tf.abs(make([5, 1000])), 1))],
    ['a product of a product', (make) => tf.mul(tf.mul(make([4099]), make([4099])), 0.5)],
    ['a root of an absolute', (make) => tf.sqrt(tf.abs(make([17, 17, 17])))],
    ['a negated ramp', (make) => tf.neg(tf.relu(make([2, 3, 4, 500])))],
    ['a matrix product', (make) => tf.matMul(make([70, 90]), make([90, 50]))],
    ['a product of transposes', (make) => tf.matMul(make([90, 70]), make([50, 90]), true, true)],
    ['products of a batch', (make) => tf.matMul(make([3, 4, 20, 30]), make([3, 4, 30, 25]))],
    ['products with one matrix', (make) => tf.matMul(make([6, 40, 30]), make([1, 30, 25]))],
    ['products that broadcast both ways', (make) => tf.matMul(make([2, 1, 40, 30]), make([1, 3, 30, 25]))],
    ['sums over the last axes', (make) => tf.sum(make([6, 30, 40]), [1, 2])],
    ['sums over the first axis', (make) => tf.sum(make([6, 30, 40]), 0)],
    ['sums that keep their axes', (make) => tf.sum(make([6, 30, 40]), 2, true)],
    ['operators on fewer numbers than are worth it', (make) => tf.add(make([3]), make([3]))],
    ['operators on nothing', (make) => tf.add(make([0, 5]), make([0, 5]))],
    ['a gradient', (make) => tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.matMul(x as tf.Tensor2D, make([90, 50])), make([70, 50]))))(make([70, 90]))],
  ])('compute %s like the reference kernels', async (name, operation) => expectClose(await both(name, operation)));

  it('take results of each other without a way through JavaScript, and give their memory back', () => {
    const { arena } = registerOrtBackend();
    const before = arena.usedBytes;
    tf.tidy(() => {
      const x = tf.ones([100, 100]);
      expect(tf.matMul(tf.add(x, x), x).dataSync()[0]).toBe(200);
    });
    expect(arena.usedBytes).toBe(before);
  });

  it('are counted where they fall back', () => {
    const { fallbacks } = registerOrtBackend();
    const calls = (operator: string) => fallbacks.list().find((fallback) => fallback.operator === operator)?.calls ?? 0;
    const before = calls('Exp');
    tf.tidy(() => tf.exp(tf.ones([10])));
    expect(calls('Exp')).toBe(before + 1);
  });
});
