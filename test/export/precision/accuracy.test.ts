import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { splitInMemory } from '../../../core/data/imageSet.ts';
import { preparedImages, type PreparedImages } from '../../../core/data/preparedImages.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { exportNetwork, type ExportNetworkOptions } from '../../../core/export/exportNetwork.ts';
import { readModel } from '../../../core/graph/onnx/read.ts';
import { accuracy, calibrateBatchNorm, logits } from '../../../core/model/inference.ts';
import type { Weights } from '../../../core/model/weights.ts';
import { NetworkTrainer } from '../../../core/training/networkTrainer.ts';
import { trainingSettingsSchema } from '../../../core/training/settings.ts';
import { classes, supernet as network } from '../../training/supernet/conflict/tinySupernet.ts';

const size = 8;
const normalisation = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;
const images = (seed: string, count: number): PreparedImages => {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  // Classes differ in brightness, images also among themselves.
  const pixels = Uint8Array.from({ length: count * 3 * size * size }, (_, i) =>
    Math.min(255, Math.max(0, 128 + 24 * (labels[Math.floor(i / (3 * size * size))] - 1) + 60 * random.normal())));
  return preparedImages(splitInMemory(pixels, labels, size), { imageSize: size, resolution: size, normalisation, seed });
};
const pixelsOf = ({ count, read }: PreparedImages, from = 0, to = count) => Float32Array.from(
  Array.from({ length: to - from }, (_, i) => [...read(from + i)]).flat());

describe('a trained network in other precisions', () => {
  let engine: Engine;
  let weights: Weights;
  let options: ExportNetworkOptions;
  let written: Uint8Array;
  const [training, validation] = [images('training', 240), images('validation', 200)];

  beforeAll(async () => {
    engine = await startEngine('ort', { threads: 1 });
    const steps = 40;
    const settings = trainingSettingsSchema.parse({ steps, warmupSteps: 4, learningRate: 1e-2, averageDecay: 0 });
    const trainer = new NetworkTrainer({ engine, network, settings, start: { seed: 1 } });
    for (let step = 0; step < steps; step++) {
      const from = (step * 24) % 240;
      trainer.train({ images: pixelsOf(training, from, from + 24), labels: training.labels.slice(from, from + 24), imageSize: size });
    }
    weights = trainer.evaluationWeights;
    calibrateBatchNorm(engine, weights, [{ count: 240, size, pixels: pixelsOf(training) }]);
    options = {
      weights, engine, out: 'tiny.onnx', batch: 'dynamic', seed: 1, version: '0', architecture: {}, validation,
      calibration: { ...training, ranges: 'min-max', source: '240 training images' },
      writeFile: (_, bytes) => {
        written = bytes;
        return Promise.resolve();
      },
    };
  });

  it.each([
    { precision: 'float16', worstLoss: 0.01, leastAgreement: 0.99 },
    { precision: 'int8', worstLoss: 0.03, leastAgreement: 0.95 },
  ] as const)('keeps its accuracy in $precision, and says so', async ({ precision, worstLoss, leastAgreement }) => {
    const { accuracy: change } = await exportNetwork({ ...options, precision });
    const before = accuracy(logits(engine, weights, { count: 200, size, pixels: pixelsOf(validation) }), validation.labels);
    expect(before).toBeGreaterThan(0.8);
    expect(change).toMatchObject({ images: 200, float32: before });
    expect(change!.written).toBeGreaterThanOrEqual(before - worstLoss);
    expect(change!.agreement).toBeGreaterThanOrEqual(leastAgreement);
  });

  it('is compared on the same images whatever the batch of the file', async () => {
    const changes = [];
    for (const batch of ['dynamic', 1, 7] as const) changes.push((await exportNetwork({ ...options, precision: 'int8', batch })).accuracy);
    expect(changes[1]).toEqual(changes[0]);
    expect(changes[2]).toEqual(changes[0]);
  });

  it.each(['min-max', 'percentile', 'mse'] as const)('tells that its ranges are by %s', async (ranges) => {
    const report = await exportNetwork({ ...options, precision: 'int8', validation: undefined, calibration: { ...options.calibration!, ranges } });
    const facts = { images: 240, source: '240 training images', ranges };
    expect(report).toMatchObject({ precision: 'int8', calibration: facts });
    expect(report.accuracy).toBeUndefined();
    expect(report.relativeDiff).toBeLessThan(0.1);
    const { metadata } = readModel(written);
    expect(metadata['pocketformer.precision']).toBe('int8');
    expect(JSON.parse(metadata['pocketformer.calibration'])).toEqual(facts);
  });

  it('says plainly that its ranges are of random numbers where it was given no images', async () => {
    const { calibration } = await exportNetwork({ ...options, precision: 'int8', validation: undefined, calibration: undefined });
    expect(calibration!.source).toContain('random numbers, because no images were given');
  });
});
