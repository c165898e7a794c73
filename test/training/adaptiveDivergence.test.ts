import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { adaptiveDivergence } from '../../core/training/adaptiveDivergence.ts';
import { crossEntropy } from '../../core/training/loss.ts';
import { normal } from '../engine/compare.ts';

const classes = 4;
const logits = Float32Array.of(1, 2, -1, 0.5, 0, 0.5, -0.25, 0.25, 4, -1, 0.5, 0);
const teacher = Float32Array.of(0.1, 0.6, 0.25, 0.05, 0.97, 0.01, 0.005, 0.015, 0.2, 0.3, 0.4, 0.1);

/** The divergence of one order alone. */
const ofOrder = (alpha: number, clip = Infinity) => ({ alphaMin: alpha, alphaMax: alpha, clip });

/** The exact softmax of one image. */
function softmax(row: readonly number[]): number[] {
  const exponentials = row.map(Math.exp);
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((e) => e / sum);
}

const rows = (values: Float32Array) => Array.from({ length: values.length / classes }, (_, i) => [...values.subarray(i * classes, (i + 1) * classes)]);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b);

describe('the adaptive alpha-divergence', () => {
  // AdaptiveLossSoft of AlphaNet's loss_ops.py, as ElasticViT calls it, transcribed to PyTorch 2.13 in double precision;
  // the loss is its loss_left or loss_right, whichever is larger, and the gradient what its result gives to the logits.
  it.each([
    {
      name: 'the published orders, the lower deciding in the second image', settings: {}, loss: 1.3178671517,
      gradient: [0.04140261, 0.00315335, -0.07321892, 0.02866297, -0.26646657, 0.11836818, 0.05591317, 0.09218523, 0.24921396, -0.09787161, -0.12379457, -0.02754778],
    },
    {
      name: 'orders 0.5 and 2', settings: { alphaMin: 0.5, alphaMax: 2, clip: 5 }, loss: 1.1393281114,
      gradient: [0.03828859, -0.02771261, -0.03937288, 0.0287969, -0.21680429, 0.10183721, 0.04756735, 0.06739973, 0.09888461, -0.01866202, -0.0595753, -0.0206473],
    },
    {
      name: 'order 0', settings: ofOrder(0, 1e9), loss: 1.2988114895,
      gradient: [0.04071386, -0.05017683, -0.02398654, 0.0334495, -0.26952233, 0.1475674, 0.06657338, 0.05538155, 0.06693608, -0.01105391, -0.03797616, -0.017906],
    },
  ])('equals the published code: $name', ({ settings, loss, gradient }) => {
    const result = adaptiveDivergence(logits, teacher, classes, settings);
    expect(result.loss).toBeCloseTo(loss, 6);
    gradient.forEach((value, i) => expect(result.gradient[i]).toBeCloseTo(value, 6));
  });

  it('is the Kullback-Leibler divergence from the teacher at order 1, whose gradient is the cross-entropy\'s', () => {
    const result = adaptiveDivergence(logits, teacher, classes, ofOrder(1));
    const expected = rows(logits).map((row, i) => sum(softmax(row).map((q, c) => rows(teacher)[i][c] * Math.log(rows(teacher)[i][c] / q))));
    expect(result.loss).toBeCloseTo(mean(expected), 6);
    const entropy = crossEntropy(logits, teacher, classes);
    result.gradient.forEach((value, i) => expect(value).toBeCloseTo(entropy.gradient[i], 6));
    result.probabilities.forEach((value, i) => expect(value).toBeCloseTo(entropy.probabilities[i], 6));
  });

  it('is the Kullback-Leibler divergence from the student at order 0', () => {
    const expected = rows(logits).map((row, i) => sum(softmax(row).map((q, c) => q * Math.log(q / rows(teacher)[i][c]))));
    expect(adaptiveDivergence(logits, teacher, classes, ofOrder(0)).loss).toBeCloseTo(mean(expected), 6);
  });

  it('is half of Pearson\'s and of Neyman\'s chi-squared distance at orders 2 and -1', () => {
    const distance = (over: 'student' | 'teacher') => mean(rows(logits).map((row, i) => sum(softmax(row).map((q, c) => {
      const p = rows(teacher)[i][c];
      return (p - q) ** 2 / (over === 'student' ? q : p) / 2;
    }))));
    expect(adaptiveDivergence(logits, teacher, classes, ofOrder(2)).loss).toBeCloseTo(distance('student'), 6);
    expect(adaptiveDivergence(logits, teacher, classes, ofOrder(-1)).loss).toBeCloseTo(distance('teacher'), 5);
  });

  it('nears its limits at orders 0 and 1 from both sides', () => {
    const loss = (alpha: number) => adaptiveDivergence(logits, teacher, classes, ofOrder(alpha)).loss;
    for (const limit of [0, 1]) {
      expect((loss(limit - 0.002) + loss(limit + 0.002)) / 2).toBeCloseTo(loss(limit), 4);
    }
  });

  it('passes its gradient through the logarithm of the student alone, with clipped weights as constants', () => {
    const [alpha, clip, step] = [-1, 1.5, 1e-4];
    const { gradient } = adaptiveDivergence(logits, teacher, classes, ofOrder(alpha, clip));
    rows(logits).forEach((row, image) => {
      const p = rows(teacher)[image];
      const weights = softmax(row).map((q, c) => q * Math.min((p[c] / q) ** alpha, clip) / alpha);
      expect(softmax(row).some((q, c) => q / p[c] > clip)).toBe(true);
      const surrogate = (at: readonly number[]) => -sum(softmax(at).map((q, c) => weights[c] * Math.log(q))) / rows(logits).length;
      row.forEach((_, c) => {
        const moved = (by: number) => surrogate(row.map((z, j) => (j === c ? z + by : z)));
        expect(gradient[image * classes + c]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 6);
      });
    });
  });

  it('has the derivative of the loss as its gradient where nothing is clipped', () => {
    const step = 2 ** -6;
    const { gradient } = adaptiveDivergence(logits, teacher, classes, { clip: 1e9 });
    const at = (i: number, by: number) => adaptiveDivergence(logits.map((z, j) => (i === j ? z + by : z)), teacher, classes, { clip: 1e9 }).loss;
    gradient.forEach((value, i) => expect(Math.abs((at(i, step) - at(i, -step)) / (2 * step) - value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value))));
  });

  it('is zero, with a gradient of zeros, for a student that says what the teacher says', () => {
    const { probabilities } = crossEntropy(logits, teacher, classes);
    const { loss, gradient } = adaptiveDivergence(logits, probabilities, classes);
    expect(loss).toBeCloseTo(0, 6);
    gradient.forEach((value) => expect(value).toBeCloseTo(0, 6));
  });

  it('stays finite for probabilities of zero on either side', () => {
    const certain = Float32Array.of(300, 0, -300, 0);
    for (const answer of [Float32Array.of(0, 0, 1, 0), Float32Array.of(1, 0, 0, 0)]) {
      for (const settings of [{}, ofOrder(0, 5), ofOrder(2, 5)]) {
        const { loss, gradient } = adaptiveDivergence(certain, answer, classes, settings);
        expect(Number.isFinite(loss) && gradient.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('is never negative with the published settings', () => {
    const random = new Random('divergence');
    for (let i = 0; i < 50; i++) {
      const student = normal(random, [1, 8], 0, 3).data as Float32Array;
      const { probabilities } = crossEntropy(normal(random, [1, 8], 0, 3).data as Float32Array, new Float32Array(8), 8);
      expect(adaptiveDivergence(student, probabilities, 8).loss).toBeGreaterThanOrEqual(0);
    }
  });
});
