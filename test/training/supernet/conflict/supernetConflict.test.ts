import { beforeAll, describe, expect, it } from 'vitest';
import { readBatch } from '../../../../core/data/batch.ts';
import { augmentationOf, dataSchema, loadData } from '../../../../core/data/config.ts';
import type { ImageSet } from '../../../../core/data/imageSet.ts';
import { measureNormalisation } from '../../../../core/data/normalisation.ts';
import type { Engine } from '../../../../core/engine/engine.ts';
import { startEngine } from '../../../../core/engine/engines.ts';
import { networkMacs } from '../../../../core/network/counts.ts';
import { getSpace } from '../../../../core/spaces/index.ts';
import { eventSchema } from '../../../../core/study/eventTypes.ts';
import { trainingSettingsSchema } from '../../../../core/training/settings.ts';
import { conflictSizes } from '../../../../core/training/supernet/conflict/sizes.ts';
import { SupernetConflict } from '../../../../core/training/supernet/conflict/supernetConflict.ts';
import { SupernetTrainer } from '../../../../core/training/supernet/trainer.ts';
import { relativeDifference } from '../../../engine/compare.ts';

const space = getSpace('elasticvit-mini');
const config = dataSchema.parse({ kind: 'synthetic', imageSize: 32, trainImages: 20, valImages: 10 });

describe('measurements of gradient conflict during the training', () => {
  let engine: Engine;
  let data: ImageSet;
  beforeAll(async () => {
    engine = await startEngine('ort', { threads: 1 });
    data = await loadData(config, { baseDir: '', cacheDir: '', seed: 1 });
  });

  function training(change: Record<string, unknown> = {}, sizes?: number[]) {
    const settings = trainingSettingsSchema.parse({
      steps: 40, batchSize: 4, warmupSteps: 0, buckets: 2, performance: { bankCapacity: 4, largeBankCapacity: 4 }, ...change,
      conflict: { images: 4, everySteps: 10, ...(change.conflict ?? {}) },
    });
    const trainer = new SupernetTrainer({ engine, space, classes: data.classes.length, settings, seed: 1 });
    const normalisation = measureNormalisation(data.train, 32);
    const conflict = new SupernetConflict({
      engine, space, data, normalisation, augmentation: augmentationOf(config), seed: 1, settings, sizes,
      sampler: trainer.sampler, weights: trainer.weights,
    });
    const step = () => {
      const indices = Int32Array.from({ length: 4 }, (_, i) => (4 * trainer.step + i) % 20);
      return trainer.train({ ...readBatch(data.train, indices, { imageSize: 32, normalisation }), imageSize: 32 });
    };
    return { trainer, conflict, step };
  }
  const few = [2e6, 4e6];

  it('change neither the weights nor what is drawn next', () => {
    const [with_, without] = [training({}, few), training({}, few)];
    for (let i = 0; i < 2; i++) {
      with_.step();
      with_.conflict.measure();
      without.step();
    }
    for (const part of ['trainable', 'statistics'] as const) expect(relativeDifference(with_.trainer.weights[part], without.trainer.weights[part]), part).toBe(0);
    expect(with_.trainer.state()).toEqual(without.trainer.state());
  });

  it('are a symmetric matrix over seven sizes, an event, and the same again while the weights are', () => {
    const { conflict } = training({ conflict: { pairs: 1 } });
    const { macs, cosine, pairs } = conflict.measure();
    expect(macs).toHaveLength(7);
    conflictSizes(space, data.classes.length).forEach((size, i) => expect(Math.abs(macs[i] / size - 1)).toBeLessThan(0.03));
    cosine.forEach((row, i) => row.forEach((value, j) => {
      expect(value).toBe(cosine[j][i]);
      expect(Math.abs(value)).toBeLessThan(1);
    }));
    expect(pairs.map(({ good }) => good)).toEqual([null, null]);
    expect(conflict.measure()).toEqual({ macs, cosine, pairs });
    const header = { seq: 1, time: '2026-01-01T00:00:00.000Z' };
    expect(eventSchema.parse({ ...header, kind: 'conflict', step: 1, macs, cosine, pairs })).toMatchObject({ kind: 'conflict', pairs });
  });

  it('tell of the best two remembered subnets once there are two', () => {
    const { conflict, step, trainer } = training({}, few);
    while (trainer.sampler.banks.some(({ members }) => members.length < 2)) step();
    for (const [i, { macs, random, good }] of conflict.measure().pairs.entries()) {
      expect(macs).toBe(trainer.sampler.buckets[i].fromMacs);
      expect(Math.abs(random)).toBeLessThan(1);
      expect(Math.abs(good!)).toBeLessThan(1);
    }
  });

  it('are due after the first step, the last, and every so many in between', () => {
    const { conflict } = training({ conflict: { everySteps: 15 } }, few);
    expect(Array.from({ length: 40 }, (_, i) => i + 1).filter((step) => conflict.isDue(step))).toEqual([1, 15, 30, 40]);
    expect(training({ conflict: { everySteps: 0 } }, few).conflict.isDue(1)).toBe(false);
  });

  it('take at most 3 % of the arithmetic by default, and are left out of a training too short for two', () => {
    for (const [steps, batchSize, images] of [[1000, 64, 32], [5000, 32, 32], [300, 128, 8], [60, 64, 32]]) {
      const { conflict, trainer } = training({ steps, batchSize, conflict: { images, everySteps: undefined } });
      const { buckets } = trainer.sampler;
      const sampled = (buckets[0].fromMacs + buckets[0].toMacs + buckets[1].fromMacs + buckets[1].toMacs) / 4;
      const smallest = networkMacs(space.lower(space.smallest, { classes: data.classes.length }));
      const stepMacs = batchSize * (3 * sampled + smallest);
      // Two subnets of every size, four of each bucket.
      const measureMacs = images * (2 * conflictSizes(space).reduce((sum, macs) => sum + macs, 0)
        + 4 * buckets.reduce((sum, { fromMacs, toMacs }) => sum + (fromMacs + toMacs) / 2, 0));
      const due = Array.from({ length: steps }, (_, i) => i + 1).filter((step) => conflict.isDue(step));
      // A measurement counts twice: small networks take longer than their arithmetic. Sizes differ from those wanted by up to 3 %.
      expect(due.length * 2 * measureMacs).toBeLessThan(1.03 * 0.03 * steps * stepMacs);
      expect(due.length > 0).toBe(steps > 60);
    }
  });

  it('ask for sizes that the space has', () => {
    expect(() => training({}, [1e12])).toThrow(expect.objectContaining({ code: 'no-such-size' }));
  });
});
