import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { InputError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { SubnetView } from '../../../core/model/subnet.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { trainingSettingsSchema } from '../../../core/training/settings.ts';
import type { TrainingBatch } from '../../../core/training/supernet/microBatches.ts';
import { SupernetTrainer } from '../../../core/training/supernet/trainer.ts';
import { relativeDifference } from '../../engine/compare.ts';

const space = getSpace('elasticvit-mini');
const basic = { steps: 8, batchSize: 4, warmupSteps: 0, buckets: 2, learningRate: 3e-3 };

function batchOf(step: number): TrainingBatch {
  const random = new Random(step);
  const labels = Int32Array.from({ length: 4 }, (_, i) => i % 2);
  // Two classes that differ in brightness.
  const images = Float32Array.from({ length: 4 * 3 * 32 * 32 }, (_, i) => random.normal() * 0.3 + (labels[Math.floor(i / (3 * 32 * 32))] ? 1 : -1));
  return { images, labels, imageSize: 32 };
}

describe('supernet training', () => {
  let engine: Engine;
  beforeAll(async () => { engine = await startEngine('ort'); });
  const trainer = (seed = 1, change: object = {}) => new SupernetTrainer({
    engine, space, classes: 2, seed, settings: trainingSettingsSchema.parse({ ...basic, ...change }),
  });

  it('learns to tell bright images from dark ones', () => {
    const training = trainer();
    const losses = Array.from({ length: 8 }, (_, step) => training.train(batchOf(step)).loss);
    expect(losses[7]).toBeLessThan(losses[0] * 0.9);
  });

  it('goes on from a checkpoint as if it had never stopped, memory banks and average included', () => {
    // Banks of two are more than half full after one step in their bucket, so remembered subnets are trained again.
    const performance = { bankCapacity: 2, largeBankCapacity: 2, exploitStart: 0.7 };
    const whole = trainer(1, { performance });
    for (let step = 0; step < 6; step++) whole.train(batchOf(step));
    whole.rescore([0, 1], batchOf(9));

    const first = trainer(1, { performance });
    for (let step = 0; step < 3; step++) first.train(batchOf(step));
    const tensors = Object.fromEntries(Object.entries(first.tensors()).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
    const state: unknown = JSON.parse(JSON.stringify(first.state()));
    const second = trainer(1, { performance });
    second.restore(tensors, state);
    expect(second.step).toBe(3);
    const samples = [3, 4, 5].map((step) => second.train(batchOf(step)).sample);
    second.rescore([0, 1], batchOf(9));

    expect(samples.flatMap(({ subnets }) => subnets.map(({ origin }) => origin))).toContain('remembered');
    expect(relativeDifference(second.weights.trainable, whole.weights.trainable)).toBe(0);
    expect(relativeDifference(second.evaluationWeights.trainable, whole.evaluationWeights.trainable)).toBe(0);
    expect(second.state()).toEqual(whole.state());
  });

  it('fills the same banks with the same scores from the same seed', () => {
    const banks = (seed: number) => {
      const training = trainer(seed);
      for (let step = 0; step < 3; step++) training.train(batchOf(step));
      return training.sampler.banks.map(({ members }) => members);
    };
    expect(banks(1)).toEqual(banks(1));
    expect(banks(1).flat().length).toBeGreaterThan(0);
    expect(banks(1)).not.toEqual(banks(2));
  });

  it('scores a subnet by the cross-entropy that it had on its batch', () => {
    const training = trainer(1, { labelSmoothing: 0 });
    const { sample, loss } = training.train(batchOf(0));
    const scores = training.sampler.banks[sample.bucket!].members.map(({ score }) => score);
    expect(-scores.reduce((sum, score) => sum + score, 0) / 3).toBeCloseTo(loss, 5);
  });

  it('adds up the gradients of parts of a batch as their mean', () => {
    // Parts with the same images have the same batch statistics and gradients, so their mean is that of one part.
    const [half, twice] = [batchOf(0), { ...batchOf(0) }];
    const doubled = <T extends Float32Array | Int32Array>(values: T) => new (values.constructor as new (values: number[]) => T)([...values, ...values]);
    const parts = { ...twice, images: doubled(twice.images), labels: doubled(twice.labels) };
    const [whole, inParts] = [trainer(1), trainer(1, { microBatchSize: 4 })];
    const [one, two] = [whole.train(half), inParts.train(parts)];
    expect(two.loss).toBeCloseTo(one.loss, 5);
    expect(two.gradientNorm / one.gradientNorm).toBeCloseTo(1, 5);
    const apart = whole.weights.trainable.reduce((most, value, i) => Math.max(most, Math.abs(value - inParts.weights.trainable[i])), 0);
    expect(apart).toBeLessThan(1e-4);
  });

  it('trains the largest, two others and the smallest subnet by the sandwich rule, and remembers nothing', () => {
    const training = trainer(1, { sampling: { rule: 'sandwich' } });
    const { sample } = training.train(batchOf(0));
    expect(sample.subnets.map(({ origin }) => origin)).toEqual(['largest', 'uniform', 'uniform']);
    expect(sample.subnets[0].arch).toEqual(space.largest);
    expect(sample.smallest).toEqual(space.smallest);
    expect(training.sampler.banks.every(({ members }) => members.length === 0)).toBe(true);
  });

  it('trains one drawn subnet and nothing else by the single-path rule', () => {
    const space = getSpace('autoformer-mini');
    const settings = trainingSettingsSchema.parse({ ...basic, sampling: { rule: 'single-path' }, weightDecay: 0, averageDecay: 0 });
    const training = new SupernetTrainer({ engine, space, classes: 2, settings, seed: 1 });
    const before = training.weights.trainable.slice();
    const report = training.train(batchOf(0));
    expect(report.sample).toMatchObject({ subnets: [{ origin: 'uniform' }], smallest: undefined, bucket: undefined });
    expect(report).not.toHaveProperty('smallestLoss');
    // Without decay only what the subnet reads can change.
    const view = new SubnetView(training.weights, space.lower(report.sample.subnets[0].arch, { classes: 2 }));
    const own = new Uint8Array(before.length);
    for (const key of view.keys) {
      const { offset, slice: { starts, runLength } } = view.shareOf(key);
      if (training.weights.placed(key).trainable === false) continue;
      for (const start of starts) own.fill(1, offset + start, offset + start + runLength);
    }
    const changed = training.weights.trainable.map((value, i) => Number(value !== before[i]));
    expect(changed.some((value, i) => value === 1 && own[i] === 0)).toBe(false);
    expect(changed.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.5 * own.reduce((sum, value) => sum + value, 0));
    expect(own.reduce((sum, value) => sum + value, 0)).toBeLessThan(before.length);
  });

  it('draws the same single paths from the same seed, also from a checkpoint on', () => {
    const keysOf = (training: SupernetTrainer<unknown>, from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => space.key(training.sampler.sample(from + i).subnets[0].arch));
    const change = { sampling: { rule: 'single-path' } };
    const [whole, first, second] = [trainer(1, change), trainer(1, change), trainer(1, change)];
    const expected = keysOf(whole, 0, 6);
    keysOf(first, 0, 3);
    second.sampler.restore(JSON.parse(JSON.stringify(first.sampler.state())));
    expect(keysOf(second, 3, 6)).toEqual(expected.slice(3));
    expect(new Set(expected).size).toBeGreaterThan(1);
  });

  it('learns given targets in the place of labels', () => {
    const learn = (targets?: Float32Array) => {
      const training = trainer(1, { labelSmoothing: 0 });
      return training.train({ ...batchOf(0), ...(targets ? { targets } : {}) });
    };
    const labels = batchOf(0).labels;
    const oneHot = Float32Array.from({ length: 8 }, (_, i) => Number(labels[i >> 1] === i % 2));
    expect(learn(oneHot).loss).toBe(learn().loss);
    expect(learn(Float32Array.from(oneHot, (share) => 1 - share)).loss).not.toBeCloseTo(learn().loss, 2);
  });

  it('trains other weights from another seed', () => {
    expect(trainer(1).weights.trainable).not.toEqual(trainer(2).weights.trainable);
  });

  it('refuses a checkpoint of another network', () => {
    const other = new SupernetTrainer({ engine, space, classes: 3, settings: trainingSettingsSchema.parse(basic), seed: 1 });
    expect(() => trainer().restore(other.tensors(), other.state())).toThrow(InputError);
  });

  it('says that training diverged, before it spoils the weights', () => {
    const training = trainer();
    const before = training.weights.trainable.slice();
    const { labels, imageSize, images } = batchOf(0);
    expect(() => training.train({ labels, imageSize, images: images.fill(NaN) })).toThrow(expect.objectContaining({ code: 'diverged' }));
    expect(relativeDifference(training.weights.trainable, before)).toBe(0);
  });
});
