import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { flatParameters } from '../../core/engine/flatParameters.ts';
import { layoutOf, Weights } from '../../core/model/weights.ts';
import type { Network } from '../../core/network/network.ts';
import { AdamW, clearGradient, GradientClipping, rampedDecay, WeightAverage } from '../../core/training/optimizer.ts';
import { convBlock } from '../model/blockCases.ts';

function flatOf(values: readonly number[], gradient: readonly number[] = []) {
  const flat = flatParameters(values.length);
  flat.values.set(values);
  flat.gradient.set(gradient);
  return flat;
}

describe('AdamW', () => {
  it('moves parameters as PyTorch does, with and without weight decay', () => {
    const flat = flatOf([1, -2, 0.5, 0.3, 0.7]);
    const ranges = [{ offset: 0, length: 3, decay: true }, { offset: 3, length: 2, decay: false }];
    const optimizer = new AdamW(flat, ranges, { weightDecay: 0.1 });
    for (const gradient of [[0.1, -0.2, 0.3, 0.5, 0], [0, 0.4, -1, -0.5, 0.2], [2, 0.1, 0, 0, 0]]) {
      flat.gradient.set(gradient);
      optimizer.update(0.01);
    }
    // torch.optim.AdamW of PyTorch 2.13 with lr 0.01 and weight decays 0.1 and 0 on the two groups.
    const expected = [0.97369063, -1.99184000, 0.49774179, 0.29093316, 0.68680644];
    expected.forEach((value, i) => expect(flat.values[i]).toBeCloseTo(value, 6));
    expect(optimizer.step).toBe(3);
  });

  it('leaves parameters outside its ranges alone', () => {
    const flat = flatOf([1, 2], [1, 1]);
    new AdamW(flat, [{ offset: 0, length: 1, decay: true }], { weightDecay: 0.1 }).update(0.1);
    expect(flat.values[0]).not.toBe(1);
    expect(flat.values[1]).toBe(2);
  });
});

describe('the average of the parameters', () => {
  it('starts at them and follows at the pace of its decay', () => {
    const flat = flatOf([1, 2, 3, 4, 5]);
    const average = new WeightAverage(flat);
    flat.values.fill(10);
    for (let i = 0; i < 3; i++) average.update(0.9);
    // 0.9^3 of the start and the rest of what came after.
    [1, 2, 3, 4, 5].forEach((start, i) => expect(average.values[i]).toBeCloseTo(10 + 0.729 * (start - 10), 5));
    expect(flat.values[0]).toBe(10);
  });

  it('is at the start the mean of few weights, and keeps its decay later', () => {
    // min(decay, (1 + step) / (10 + step)): 1/10, 2/11, ...; 0.99985 is reached where 9 / (10 + step) is 0.00015.
    expect([0, 1, 8, 90].map((step) => rampedDecay(0.99985, step))).toEqual([1 / 10, 2 / 11, 9 / 18, 91 / 100]);
    expect(rampedDecay(0.99985, 59_989)).toBeLessThan(0.99985);
    expect(rampedDecay(0.99985, 59_991)).toBe(0.99985);
    expect(rampedDecay(0.05, 0)).toBe(0.05);
  });

  it('is seen as weights without a copy', () => {
    const network: Network = { space: 'tiny', blocks: [convBlock({ kernelSize: 3, stride: 2, size: 8 })], resolution: 8, classes: 4 };
    const flat = flatParameters(layoutOf(network).trainableLength);
    const weights = Weights.initialise(network, new Random('average'), flat.values);
    const average = new WeightAverage(flat);
    const averaged = new Weights(network, average.values, weights.statistics);
    const before = averaged.view('conv.conv.weight').slice();
    flat.values.fill(2);
    average.update(0.75);
    averaged.view('conv.conv.weight').forEach((value, i) => expect(value).toBeCloseTo(0.75 * before[i] + 0.5, 6));
    expect(weights.view('conv.conv.weight').every((value) => value === 2)).toBe(true);
    expect(averaged.view('conv.conv.variance')).toEqual(weights.view('conv.conv.variance'));
  });
});

describe('clipping', () => {
  it('scales a gradient that is too long to the largest norm and reports the norm before', () => {
    const flat = flatOf([0, 0], [3, 4]);
    expect(new GradientClipping(flat).clip(1)).toBeCloseTo(5, 6);
    expect([...flat.gradient].map((g) => g.toFixed(4))).toEqual(['0.6000', '0.8000']);
  });

  it('does not touch a gradient that is short enough', () => {
    const flat = flatOf([0, 0], [0.3, 0.4]);
    expect(new GradientClipping(flat).clip(1)).toBeCloseTo(0.5, 6);
    expect([...flat.gradient]).toEqual([...Float32Array.of(0.3, 0.4)]);
  });
});

describe('clearing the gradient', () => {
  it('sets all of it to zero and nothing else', () => {
    const flat = flatOf(Array<number>(37).fill(1), Array<number>(37).fill(2));
    clearGradient(flat);
    expect(flat.gradient.every((value) => value === 0)).toBe(true);
    expect(flat.values.every((value) => value === 1)).toBe(true);
  });
});
