import { expect, it } from 'vitest';
import { learningRateAt } from '../../core/training/schedule.ts';

const schedule = { steps: 110, warmupSteps: 10, learningRate: 1, minLearningRate: 0.1 };

it('warms up linearly to the learning rate', () => {
  expect([0, 4, 9].map((step) => learningRateAt(step, schedule))).toEqual([0.1, 0.5, 1]);
});

it('falls along half a cosine, through the middle, to the smallest rate', () => {
  expect(learningRateAt(10, schedule)).toBeCloseTo(1, 12);
  expect(learningRateAt(60, schedule)).toBeCloseTo(0.55, 12);
  expect(learningRateAt(110, schedule)).toBeCloseTo(0.1, 12);
  expect(learningRateAt(500, schedule)).toBeCloseTo(0.1, 12);
});

it('starts at once without warm-up', () => {
  expect(learningRateAt(0, { ...schedule, warmupSteps: 0 })).toBe(1);
});
