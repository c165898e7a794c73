import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { ClassificationTally } from '../../../core/training/classification/tally.ts';
import { crossEntropy, smoothedLabels } from '../../../core/training/loss.ts';

describe('a tally of answers', () => {
  it('counts by hand: accuracy, the five best, confusion and the surest mistakes', () => {
    const tally = new ClassificationTally(6, { wrongImages: 2 });
    const row = (...values: number[]) => values;
    // Labels 0 (right), 1 (second best), 2 (last, so not among five), 0 (a tie with class 1, which the first wins).
    tally.add(Float32Array.from([...row(3, 0, 0, 0, 0, 0), ...row(2, 1, 0, 0, 0, 0)]), [0, 1], [10, 11]);
    tally.add(Float32Array.from([...row(5, 4, -1, 3, 2, 1), ...row(1, 1, 0, 0, 0, 0)]), [2, 0], [12, 13]);
    const result = tally.result();
    expect(result).toMatchObject({ images: 4, accuracy: 0.5, top5Accuracy: 0.75 });
    expect(result.confusion[0]).toEqual([2, 0, 0, 0, 0, 0]);
    expect(result.confusion[1]).toEqual([1, 0, 0, 0, 0, 0]);
    expect(result.confusion[2]).toEqual([1, 0, 0, 0, 0, 0]);
    const sumOf = (...values: number[]) => values.reduce((sum, value) => sum + Math.exp(value), 0);
    expect(result.wrong.map(({ index, label, predicted }) => [index, label, predicted])).toEqual([[12, 2, 0], [11, 1, 0]]);
    expect(result.wrong[0].confidence).toBeCloseTo(Math.exp(5) / sumOf(5, 4, -1, 3, 2, 1), 6);
    expect(result.wrong[1].confidence).toBeCloseTo(Math.exp(2) / sumOf(2, 1, 0, 0, 0, 0), 6);
  });

  it('has the loss that training has, and the same result in whatever batches it is told', () => {
    const random = new Random('tally');
    const logits = Float32Array.from({ length: 40 * 4 }, () => 3 * random.normal());
    const labels = Int32Array.from({ length: 40 }, () => random.integer(4));
    const told = (size: number) => {
      const tally = new ClassificationTally(4, { wrongImages: 5 });
      for (let start = 0; start < 40; start += size) {
        const indices = Array.from({ length: size }, (_, i) => start + i);
        tally.add(logits.subarray(4 * start, 4 * (start + size)), labels.subarray(start, start + size), indices);
      }
      return tally.result();
    };
    const whole = told(40);
    expect(whole.loss).toBeCloseTo(crossEntropy(logits, smoothedLabels(labels, 4, 0), 4).loss, 5);
    expect(whole.top5Accuracy).toBe(1);
    expect({ ...told(8), loss: 0 }).toEqual({ ...whole, loss: 0 });
    expect(whole.confusion.flat().reduce((sum, count) => sum + count)).toBe(40);
  });
});
