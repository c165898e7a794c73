import { describe, expect, it } from 'vitest';
import { affordableEpochs } from '../../../core/study/story/affordableEpochs.ts';
import { spentMacs } from '../../../core/study/spentMacs.ts';
import type { StudyEvent } from '../../../core/study/eventTypes.ts';
import { recipeSchema } from '../../../core/training/recipe/settings.ts';

const recipe = recipeSchema.parse({ epochs: 10, batchSize: 64 });

describe('epochs that a budget allows', () => {
  it('are those of the recipe for the same network and what its training takes', () => {
    // 1,000 images are 15 batches of 64; each image takes three forward passes.
    expect(affordableEpochs(3 * 5e6 * 10 * 15 * 64, 5e6, 1000, recipe)).toBe(10);
  });

  it('are fewer for a larger network, and leave room for the cooldown', () => {
    const spent = 3 * 5e6 * 10 * 15 * 64;
    expect(affordableEpochs(spent, 2e7, 1000, recipe)).toBe(2.5);
    expect(affordableEpochs(spent, 5e6, 1000, { ...recipe, cooldownEpochs: 4 })).toBe(6);
  });
});

describe('what a study has spent', () => {
  const header = (seq: number) => ({ seq, time: '2026-01-01T00:00:00.000Z' });
  const step = (seq: number, macs?: number) => ({ ...header(seq), kind: 'step', step: seq, loss: 1, ...(macs !== undefined && { metrics: { macs } }) }) as StudyEvent;
  const evaluation = (seq: number) => ({ ...header(seq), kind: 'evaluation', accuracy: 0.5, images: 100, macs: 2e6, arch: {} }) as StudyEvent;
  const settings = { batchSize: 8, calibrationBatches: 5 };

  it('counts three passes of each step and one of each image that a subnet is calibrated and judged with', () => {
    expect(spentMacs([step(1, 1e7), step(2, 3e7), evaluation(3)], settings)).toEqual({ training: 3 * 8 * 4e7, search: (100 + 40) * 2e6 });
  });

  it('counts what was done again after an interruption once', () => {
    const resumed = { ...header(3), kind: 'resumed', afterSeq: 1 } as StudyEvent;
    expect(spentMacs([step(1, 1e7), step(2, 3e7), resumed, step(4, 3e7)], settings)).toEqual({ training: 3 * 8 * 4e7, search: 0 });
  });

  it('does not guess where a history does not tell how large the subnets were', () => {
    expect(spentMacs([step(1)], settings)).toBeNull();
  });
});
