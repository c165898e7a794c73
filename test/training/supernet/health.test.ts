import { beforeAll, describe, expect, it } from 'vitest';
import { readBatch } from '../../../core/data/batch.ts';
import { augmentationOf, dataSchema, loadData } from '../../../core/data/config.ts';
import type { ImageSet } from '../../../core/data/imageSet.ts';
import { measureNormalisation } from '../../../core/data/normalisation.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { trainingSettingsSchema } from '../../../core/training/settings.ts';
import { SupernetHealth } from '../../../core/training/supernet/health.ts';
import { SupernetTrainer } from '../../../core/training/supernet/trainer.ts';
import { relativeDifference } from '../../engine/compare.ts';

const space = getSpace('elasticvit-mini');
const config = dataSchema.parse({ kind: 'synthetic', imageSize: 32, trainImages: 20, valImages: 30 });

describe('trials of three subnets during the training', () => {
  let engine: Engine;
  let data: ImageSet;
  beforeAll(async () => {
    engine = await startEngine('ort', { threads: 1 });
    data = await loadData(config, { baseDir: '', cacheDir: '', seed: 1 });
  });

  function training(change: Record<string, unknown> = {}) {
    const settings = trainingSettingsSchema.parse({ steps: 40, batchSize: 4, warmupSteps: 0, buckets: 2, ...change });
    const classes = data.classes.length;
    const trainer = new SupernetTrainer({ engine, space, classes, settings, seed: 1 });
    const normalisation = measureNormalisation(data.train, 32);
    const health = new SupernetHealth({
      engine, space, data, normalisation, augmentation: augmentationOf(config), seed: 1, settings, buckets: trainer.sampler.buckets,
      weights: trainer.weights, calibrationBatches: 2,
    });
    const step = () => {
      const indices = Int32Array.from({ length: 4 }, (_, i) => (4 * trainer.step + i) % 20);
      return trainer.train({ ...readBatch(data.train, indices, { imageSize: 32, normalisation }), imageSize: 32 });
    };
    return { trainer, health, step };
  }

  it('change neither the weights nor what is drawn next', () => {
    const [with_, without] = [training(), training()];
    for (let i = 0; i < 3; i++) {
      with_.step();
      with_.health.check();
      without.step();
    }
    for (const part of ['trainable', 'statistics'] as const) expect(relativeDifference(with_.trainer.weights[part], without.trainer.weights[part]), part).toBe(0);
    expect(with_.trainer.state()).toEqual(without.trainer.state());
  });

  it('tell accuracy and loss of subnets from small to large, on validation images', () => {
    const { health, trainer } = training();
    const subnets = health.check();
    expect(subnets.map(({ name }) => name)).toEqual(['smallest', 'middle', 'largest']);
    const macs = subnets.map((subnet) => subnet.macs);
    expect(macs).toEqual([...macs].sort((a, b) => a - b));
    expect(macs[2]).toBe(networkMacs(space.lower(space.largest, { classes: trainer.weights.network.classes })));
    for (const { accuracy, loss, images } of subnets) {
      expect(images).toBe(30);
      expect(accuracy * 30).toBeCloseTo(Math.round(accuracy * 30));
      // Untrained: about the entropy of ten classes, ln 10 = 2.30.
      expect(loss).toBeGreaterThan(1.8);
      expect(loss).toBeLessThan(3.5);
    }
  });

  it('are due after the first step, the last, and every so many in between', () => {
    const dueSteps = (health: { isDue(step: number): boolean }) => Array.from({ length: 40 }, (_, i) => i + 1).filter((step) => health.isDue(step));
    expect(dueSteps(training({ healthEverySteps: 15 }).health)).toEqual([1, 15, 30, 40]);
    expect(dueSteps(training({ healthEverySteps: 0 }).health)).toEqual([]);
  });

  it('are due more often by default when they cost less than a step', () => {
    const every = (batchSize: number) => training({ batchSize }).health.everySteps;
    expect(every(4)).toBeGreaterThan(every(256));
  });

  it('come with steps that tell the bucket they were drawn from and how the smallest subnet did', () => {
    const { step, trainer } = training();
    const { sample, smallestAccuracy, macs: ofStep } = step();
    const { fromMacs, toMacs } = trainer.sampler.buckets[sample.bucket!];
    for (const { arch } of sample.subnets) {
      const macs = networkMacs(space.lower(arch));
      expect(macs).toBeGreaterThanOrEqual(fromMacs);
      expect(macs).toBeLessThanOrEqual(toMacs);
    }
    const archs = [...sample.subnets.map(({ arch }) => arch), sample.smallest!];
    expect(ofStep).toBe(archs.map((arch) => networkMacs(space.lower(arch))).reduce((sum, each) => sum + each, 0));
    expect(smallestAccuracy! * 4).toBeCloseTo(Math.round(smallestAccuracy! * 4));
  });
});
