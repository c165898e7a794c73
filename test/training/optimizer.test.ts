import { describe, expect, it } from 'vitest';
import { flatParameters } from '../../core/engine/flatParameters.ts';
import { AdamW, clearGradient, GradientClipping, WeightAverage } from '../../core/training/optimizer.ts';

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
