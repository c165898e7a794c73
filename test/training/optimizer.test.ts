import { describe, expect, it } from 'vitest';
import { AdamW, clipByNorm } from '../../core/training/optimizer.ts';

describe('AdamW', () => {
  it('moves parameters as PyTorch does, with and without weight decay', () => {
    const parameters = Float32Array.of(1, -2, 0.5, 0.3, 0.7);
    const ranges = [{ offset: 0, length: 3, decay: true }, { offset: 3, length: 2, decay: false }];
    const optimizer = new AdamW(5, ranges, { weightDecay: 0.1 });
    for (const gradient of [[0.1, -0.2, 0.3, 0.5, 0], [0, 0.4, -1, -0.5, 0.2], [2, 0.1, 0, 0, 0]]) {
      optimizer.update(parameters, Float32Array.from(gradient), 0.01);
    }
    // torch.optim.AdamW of PyTorch 2.13 with lr 0.01 and weight decays 0.1 and 0 on the two groups.
    const expected = [0.97369063, -1.99184000, 0.49774179, 0.29093316, 0.68680644];
    expected.forEach((value, i) => expect(parameters[i]).toBeCloseTo(value, 6));
    expect(optimizer.step).toBe(3);
  });

  it('leaves parameters outside its ranges alone', () => {
    const parameters = Float32Array.of(1, 2);
    new AdamW(2, [{ offset: 0, length: 1, decay: true }], { weightDecay: 0.1 }).update(parameters, Float32Array.of(1, 1), 0.1);
    expect(parameters[0]).not.toBe(1);
    expect(parameters[1]).toBe(2);
  });
});

describe('clipping', () => {
  it('scales a gradient that is too long to the largest norm and reports the norm before', () => {
    const gradient = Float32Array.of(3, 4);
    expect(clipByNorm(gradient, 1)).toBeCloseTo(5, 6);
    expect([...gradient].map((g) => g.toFixed(4))).toEqual(['0.6000', '0.8000']);
  });

  it('does not touch a gradient that is short enough', () => {
    const gradient = Float32Array.of(0.3, 0.4);
    expect(clipByNorm(gradient, 1)).toBeCloseTo(0.5, 6);
    expect([...gradient]).toEqual([...Float32Array.of(0.3, 0.4)]);
  });
});
