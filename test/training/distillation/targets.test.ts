import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { labelShareOf, teacherTargets, withLabels } from '../../../core/training/distillation/targets.ts';
import { crossEntropy, smoothedLabels } from '../../../core/training/loss.ts';

const first = Float32Array.of(1.2, -0.3, 0.5, 0, 0.1, -0.1);
const second = Float32Array.of(0.7, 0.9, 0.2, 2, -1, 1.9);

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 6): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, digits));
}

describe('targets of teachers', () => {
  it('are the mean of their softened answers', () => {
    // 0.5 softmax(a / 0.2) + 0.5 softmax(b / 0.2) in PyTorch 2.13, float64.
    const expected = [0.616649704, 0.35790243, 0.025447866, 0.464827549, 0.253240291, 0.28193216];
    expectClose(teacherTargets([first, second], 3, 0.2), expected);
  });

  it('double the odds for every ln 2 temperatures between two logits', () => {
    expectClose(teacherTargets([Float32Array.of(5, 5 + 0.2 * Math.LN2)], 2, 0.2), [1 / 3, 2 / 3]);
  });

  it('stay numbers for logits of any size', () => {
    expectClose(teacherTargets([Float32Array.of(1e8, -1e8, 3e4)], 3, 0.01), [1, 0, 0]);
    expectClose(teacherTargets([Float32Array.of(-1e8, -1e8)], 2, 0.01), [0.5, 0.5]);
  });

  it('need a teacher, and the same images of all', () => {
    expect(() => teacherTargets([], 3, 1)).toThrow(RangeError);
    expect(() => teacherTargets([first, first.subarray(3)], 3, 1)).toThrow(RangeError);
  });
});

describe('labels beside teachers', () => {
  it('give the weighted sum of both losses and of both gradients', () => {
    const random = new Random('labels');
    const logits = Float32Array.from({ length: 6 }, () => random.normal());
    const labels = smoothedLabels([2, 0], 3, 0.1);
    const teachers = teacherTargets([first], 3, 0.2);
    const both = crossEntropy(logits, withLabels(labels, teachers, 0.3), 3);
    const ofLabels = crossEntropy(logits, labels, 3);
    const ofTeachers = crossEntropy(logits, teachers, 3);
    expect(both.loss).toBeCloseTo(0.3 * ofLabels.loss + 0.7 * ofTeachers.loss, 6);
    expectClose(both.gradient, [...ofLabels.gradient].map((value, i) => 0.3 * value + 0.7 * ofTeachers.gradient[i]));
  });

  it('stand alone without teachers, and are left out at a share of nothing', () => {
    expect(withLabels(first, undefined, 0.5)).toBe(first);
    expect(withLabels(first, second, 1)).toBe(first);
    expect(withLabels(first, second, 0)).toBe(second);
  });

  it('count as in the ElasticViT release unless the share is set', () => {
    const teacher = { file: 'teacher.onnx' };
    expect(labelShareOf({ teachers: [] })).toBe(1);
    expect(labelShareOf({ teachers: [], labelShare: 0.2 })).toBe(1);
    expect(labelShareOf({ teachers: [teacher] })).toBe(0.5);
    expect(labelShareOf({ teachers: [teacher, teacher] })).toBe(0);
    expect(labelShareOf({ teachers: [teacher, teacher], labelShare: 0.2 })).toBe(0.2);
  });
});
