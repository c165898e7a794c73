import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { forward, type ForwardMode } from '../../core/model/forward.ts';
import { accuracy, calibrateBatchNorm, logits, type ImageBatch } from '../../core/model/inference.ts';
import { Weights } from '../../core/model/weights.ts';
import type { Network } from '../../core/network/network.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { bothEngines, normal, relativeDifference, tensorOf } from '../engine/compare.ts';

let ort: Engine;
let js: Engine;
beforeAll(async () => { [ort, js] = await bothEngines(); });

/** Weights without the zeros of a fresh initialisation, which would hide the blocks behind their shortcuts. */
function livelyWeights(network: Network, random: Random): Weights {
  const weights = Weights.initialise(network, random);
  for (const { key } of weights.parameters.values()) {
    const values = weights.view(key);
    const [base, spread] = key.endsWith('.scale') ? [1, 0.3] : key.endsWith('.variance') ? [1, 0] : [0, 0.2];
    if (/\.(scale|variance|mean|\w*[bB]ias|relativePosition)$/.test(key)) values.forEach((_, i) => { values[i] = base + spread * random.normal(); });
  }
  return weights;
}

function imageBatch(random: Random, count: number, size: number): ImageBatch {
  return { count, size, pixels: normal(random, [count, 3, size, size]).data as Float32Array };
}

interface Step {
  readonly logits: Float32Array;
  readonly statistics: Readonly<Record<string, Float32Array>>;
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** Logits, batch statistics and weight gradients for random gradients of the logits. */
async function step(engine: Engine, weights: Weights, batch: ImageBatch, mode: ForwardMode, seed: number): Promise<Step> {
  await tf.setBackend(engine.backend);
  const { network } = weights;
  const keys = [...weights.parameters.values()].filter(({ trainable }) => trainable !== false).map(({ key }) => key);
  const statistics: Record<string, Float32Array> = {};
  return tf.tidy(() => {
    const tensors = new Map([...weights.parameters.values()].map(({ key, shape }) => [key, tensorOf({ shape, data: weights.view(key) })]));
    const images = tensorOf({ shape: [batch.count, 3, batch.size, batch.size], data: batch.pixels });
    const upstream = tensorOf(normal(new Random(seed), [batch.count, network.classes]));
    const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
      const all = new Map([...tensors, ...keys.map((key, i) => [key, given[i]] as const)]);
      return forward(engine, network, (key) => all.get(key)!, images, { mode, onStatistics: (key, values) => { statistics[key] = values; } });
    })(keys.map((key) => tensors.get(key)!), upstream);
    return {
      logits: Float32Array.from(value.dataSync()), statistics,
      gradients: Object.fromEntries(keys.map((key, i) => [key, Float32Array.from(grads[i].dataSync())])),
    };
  });
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('whole networks on ONNX Runtime agree with tfjs', () => {
  const random = new Random('whole networks');
  // 40 pixels leave maps of 20, 10, 5 and 3: even and odd strides.
  const cases = [32, 40, 32].map((resolution, i) => {
    const arch = i === 0 ? elasticVitMini.smallest : elasticVitMini.sample(random);
    return { arch: elasticVitMini.key(arch), network: elasticVitMini.lower(arch, { resolution }) };
  });

  it.each(cases.map(({ arch, network }) => [arch, network.resolution, network] as const))('%s at %i px', async (arch, resolution, network) => {
    const weights = livelyWeights(network, new Random(arch));
    const batch = imageBatch(new Random(arch), 2, resolution);
    for (const mode of ['training', 'inference'] as const) {
      const [fast, reference] = [await step(ort, weights, batch, mode, 3), await step(js, weights, batch, mode, 3)];
      expect(relativeDifference(fast.logits, reference.logits), `${mode} logits`).toBeLessThan(1e-4);
      expect(Object.keys(fast.statistics).sort()).toEqual(Object.keys(reference.statistics).sort());
      for (const [key, values] of Object.entries(reference.statistics)) {
        expect(relativeDifference(fast.statistics[key], values, 0.1), `${mode} ${key}`).toBeLessThan(1e-4);
      }
      // Where nothing but rounding is left (biases that a norm takes away again), the scale is that of the others.
      const floor = 1e-2 * Math.max(...Object.values(reference.gradients).map(largest));
      for (const [key, gradient] of Object.entries(reference.gradients)) {
        expect(relativeDifference(fast.gradients[key], gradient, floor), `${mode} gradient of ${key}`).toBeLessThan(1e-4);
      }
    }
  });

  it('gives batch statistics for every running statistic of the weights', async () => {
    const weights = livelyWeights(cases[1].network, new Random(5));
    const { statistics } = await step(ort, weights, imageBatch(new Random(6), 2, 40), 'training', 7);
    const running = [...weights.parameters.values()].filter(({ trainable }) => trainable === false);
    expect(Object.keys(statistics).sort()).toEqual(running.map(({ key }) => key).sort());
    for (const { key, length } of running) expect(statistics[key]).toHaveLength(length);
  });
});

describe('calibration', () => {
  const network = elasticVitMini.lower(elasticVitMini.smallest);
  const batches = [1, 2].map((seed) => imageBatch(new Random(seed), 4, network.resolution));

  it('on one batch makes inference on it what training computes', async () => {
    const weights = livelyWeights(network, new Random('calibration'));
    const trained = await step(ort, weights, batches[0], 'training', 1);
    calibrateBatchNorm(ort, weights, batches.slice(0, 1));
    expect(relativeDifference(logits(ort, weights, batches[0]), trained.logits)).toBeLessThan(1e-4);
  });

  it('on several batches averages their statistics', async () => {
    const weights = livelyWeights(network, new Random('calibration'));
    const [first, second] = [await step(ort, weights, batches[0], 'training', 1), await step(ort, weights, batches[1], 'training', 1)];
    calibrateBatchNorm(ort, weights, batches);
    for (const key of Object.keys(first.statistics)) {
      const mean = first.statistics[key].map((value, i) => (value + second.statistics[key][i]) / 2);
      expect(relativeDifference(weights.view(key), mean), key).toBeLessThan(1e-5);
    }
  });

  it('forgets what was there, and needs a batch', async () => {
    const weights = livelyWeights(network, new Random('calibration'));
    calibrateBatchNorm(ort, weights, batches);
    const once = weights.statistics.slice();
    weights.statistics.fill(123);
    calibrateBatchNorm(ort, weights, batches);
    expect([...weights.statistics]).toEqual([...once]);
    expect(() => calibrateBatchNorm(ort, weights, [])).toThrow('Calibration needs at least one batch.');
    // A network without batch norms has nothing to calibrate.
    const plain = new Weights(vitNetwork({ resolution: 16, width: 8, depth: 1, numHeads: 1, classes: 2 }));
    expect(() => calibrateBatchNorm(ort, plain, [])).not.toThrow();
    expect([...weights.statistics]).toEqual([...once]);
  });
});

describe('accuracy', () => {
  it('is the share of images whose largest logit is the label\'s', () => {
    expect(accuracy(Float32Array.of(1, 2, 0, 5, -1, -2, 0, 0, 3), [1, 0, 1])).toBeCloseTo(2 / 3, 12);
  });
});

describe('memory', () => {
  const network = elasticVitMini.lower(elasticVitMini.smallest);
  const weights = livelyWeights(network, new Random('memory'));
  const batches = [1, 2].map((seed) => imageBatch(new Random(seed), 2, network.resolution));

  const counts = () => ({ tensors: tf.memory().numTensors, data: tf.engine().backend.numDataIds() });

  it.each(['ort', 'js'] as const)('of %s is the same after every training step and every inference', async (id) => {
    const engine = id === 'ort' ? ort : js;
    await tf.setBackend(engine.backend);
    const before = counts();
    for (let i = 0; i < (id === 'ort' ? 4 : 1); i++) {
      await step(engine, weights, batches[0], 'training', i);
      expect(counts()).toEqual(before);
      logits(engine, weights, batches[0]);
      expect(counts()).toEqual(before);
    }
    calibrateBatchNorm(engine, weights, batches);
    expect(counts()).toEqual(before);
  });

  it('keeps nothing of a step that is refused', async () => {
    await tf.setBackend('ort');
    const before = counts();
    const wrong = { ...batches[0], count: 1 };
    expect(() => logits(ort, weights, wrong)).toThrow();
    expect(counts()).toEqual(before);
    await expect(step(ort, weights, { ...batches[0], pixels: batches[0].pixels.subarray(1) }, 'training', 1)).rejects.toThrow();
    expect(counts()).toEqual(before);
    await expect(step(ort, weights, batches[0], 'training', 1)).resolves.toBeDefined();
  });

  it('holds two results at once', async () => {
    await tf.setBackend('ort');
    const [first, second] = batches.map((batch) => tf.tidy(() => forward(ort, network, (key) => tensorOf({ shape: weights.placed(key).shape, data: weights.view(key) }),
      tensorOf({ shape: [batch.count, 3, batch.size, batch.size], data: batch.pixels }), { mode: 'inference' })));
    const alone = batches.map((batch) => logits(ort, weights, batch));
    expect([...first.dataSync()]).toEqual([...alone[0]]);
    expect([...second.dataSync()]).toEqual([...alone[1]]);
    expect([...alone[0]]).not.toEqual([...alone[1]]);
    tf.dispose([first, second]);
  });

  it('repeats a step to the last bit', async () => {
    const [first, second] = [await step(ort, weights, batches[0], 'training', 1), await step(ort, weights, batches[0], 'training', 1)];
    expect(first).toEqual(second);
  });
});
