import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { flatParameters } from '../../../core/engine/flatParameters.ts';
import { GpuDevice, programOf } from '../../../core/engine/webgpu/device.ts';
import { backpropagate } from '../../../core/model/backpropagate.ts';
import { SubnetView } from '../../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../../core/model/weights.ts';
import type { Network } from '../../../core/network/network.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { crossEntropy, smoothedLabels } from '../../../core/training/loss.ts';
import { AdamW, clearGradient, GradientClipping } from '../../../core/training/optimizer.ts';
import { ResidentTrainer } from '../../../core/training/residentTrainer.ts';
import { decayRanges } from '../../../core/training/weightDecay.ts';
import { attentionBlock, convBlock, ffnBlock, mbConvBlock, pooledHeadBlock } from '../../model/blockCases.ts';
import { normal, relativeDifference } from '../compare.ts';
import { gpuForTests } from './gpu.ts';

const gpu = gpuForTests();

const settings = { weightDecay: 0.05, clipNorm: 1, averageDecay: 0.9 };
const learningRate = 3e-3;
const [batch, classes] = [4, 3];

/** A network of every block type of the space, small enough for a GPU in software. */
function tinyNetwork(): Network {
  const blocks = [
    convBlock({ kernelSize: 3, stride: 2, size: 8, outputs: 4 }),
    mbConvBlock({ kernelSize: 3, stride: 2, size: 4, squeeze: true, expand: true, outputs: 8 }),
    attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 2, normAxes: 'tokens-and-channels' }),
    ffnBlock({ channels: 8, mlpRatio: 2, size: 2, normAxes: 'channels' }),
    pooledHeadBlock({ channels: 8, size: 2, classes }),
  ];
  return { blocks, resolution: 8, classes } as unknown as Network;
}

const data = new Random('data');
const batches = Array.from({ length: 4 }, () => ({
  images: { shape: [batch, 3, 8, 8], data: normal(data, [batch, 3, 8, 8]).data as Float32Array },
  targets: smoothedLabels(Int32Array.from({ length: batch }, () => data.integer(classes)), classes, 0.1),
}));

function start(network: Network) {
  const flat = flatParameters(layoutOf(network).trainableLength);
  return { flat, weights: Weights.initialise(network, new Random('weights'), flat.values) };
}

/** Losses of training with gradients from an engine and the optimizer on the CPU. */
function trainOnHost(engine: Engine, steps: number): { losses: number[]; parameters: Float32Array } {
  const { flat, weights } = start(tinyNetwork());
  const whole = new SubnetView(weights, weights.network);
  const optimizer = new AdamW(flat, decayRanges(weights), settings);
  const clipping = new GradientClipping(flat);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { images, targets } = batches[step % batches.length];
    clearGradient(flat);
    backpropagate(engine, weights.network, (key) => whole.shareOf(key), images, flat, (logits) => {
      const { loss, gradient } = crossEntropy(logits, targets, classes);
      losses.push(loss);
      return gradient;
    });
    clipping.clip(settings.clipNorm);
    optimizer.update(learningRate);
  }
  return { losses, parameters: flat.values.slice() };
}

function trainResident(trainer: ResidentTrainer, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const { images, targets } = batches[step % batches.length];
    let loss = NaN;
    trainer.step(images, learningRate, (logits) => {
      const result = crossEntropy(logits, targets, classes);
      loss = result.loss;
      return result.gradient;
    });
    return loss;
  });
}

const worst = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe.skipIf(gpu.reason)(gpu.reason ? `training on a GPU (skipped: ${gpu.reason})` : `training on ${gpu.device}`, () => {
  let engine: Engine;
  let ort: Engine;
  beforeAll(async () => { [ort, engine] = [await startEngine('ort'), await startEngine('webgpu')]; });

  it('gives whole networks the logits and gradients that the ort engine gives them', () => {
    const network = elasticVitMini.lower(elasticVitMini.smallest, { resolution: 32, classes });
    const { flat, weights } = start(network);
    // Zeros of a fresh initialisation would hide the blocks behind their shortcuts.
    const random = new Random('lively');
    flat.values.forEach((value, i) => { if (value === 0) flat.values[i] = 0.2 * random.normal(); });
    const whole = new SubnetView(weights, network);
    const images = { shape: [2, 3, 32, 32], data: normal(random, [2, 3, 32, 32]).data as Float32Array };
    const upstream = normal(random, [2, classes]).data as Float32Array;
    const run = (on: Engine) => {
      let logits = new Float32Array();
      const gradient = new Float32Array(flat.values.length);
      backpropagate(on, network, (key) => whole.shareOf(key), images, { values: flat.values, gradient }, (given) => {
        logits = given.slice();
        return upstream;
      });
      return { logits, gradient };
    };
    const [fast, reference] = [run(engine), run(ort)];
    expect(relativeDifference(fast.logits, reference.logits)).toBeLessThan(1e-4);
    expect(relativeDifference(fast.gradient, reference.gradient)).toBeLessThan(1e-4);
  });

  it('has the loss curve of the ort engine, with the optimizer on the CPU and on the GPU', () => {
    const steps = 20;
    const reference = trainOnHost(ort, steps);
    expect(worst(trainOnHost(engine, steps).losses, reference.losses)).toBeLessThan(1e-3);

    const { flat, weights } = start(tinyNetwork());
    const trainer = new ResidentTrainer(engine, weights, settings);
    expect(trainer.parameters()).toEqual(flat.values.slice());
    const losses = trainResident(trainer, steps);
    expect(trainer.stepsDone).toBe(steps);
    expect(worst(losses, reference.losses)).toBeLessThan(1e-3);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    // Parameters whose gradient is nothing but rounding go their own way, by at most the learning rate a step.
    const difference = trainer.parameters().map((value, i) => Math.abs(value - reference.parameters[i]));
    expect([...difference].sort((a, b) => a - b)[Math.floor(0.9 * difference.length)]).toBeLessThan(1e-3);
    expect(relativeDifference(trainer.average(), trainer.parameters())).toBeLessThan(0.1);
    trainer.dispose();
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const trainer = new ResidentTrainer(engine, start(tinyNetwork()).weights, settings);
    trainResident(trainer, 3);
    const settled = process.memoryUsage().rss;
    trainResident(trainer, 30);
    trainOnHost(engine, 10);
    // A copy of the parameters or of one activation for each step would already be more than this on a real network.
    expect(process.memoryUsage().rss - settled).toBeLessThan(64 * 2 ** 20);
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
  });

  it('ends with a remedy when the GPU gives up', () => {
    const device = new GpuDevice();
    const broken = programOf('mismatch', [{ name: 'y', operator: 'Add', inputs: ['a', 'b'], outputs: ['y'] }], ['a', 'b'], ['y']);
    const feeds = Object.fromEntries(device.copy([2, 3].map((length) => ({ shape: [length], data: new Float32Array(length) })))
      .map(({ native }, i) => ['ab'[i], native]));
    let error: unknown;
    try {
      device.run(broken, feeds, ['y']);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error).toMatchObject({ code: 'gpu-failed', message: expect.stringMatching(/^The GPU could not compute "mismatch".*--engine ort/) as string });
  });
});
