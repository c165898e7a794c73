import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { backpropagate as runChain } from '../../core/engine/chain.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { trainingChain } from '../../core/model/backpropagate.ts';
import { calibrateBatchNorm } from '../../core/model/inference.ts';
import { features, weightsAfter } from '../../core/model/parts.ts';
import { layoutOf, Weights } from '../../core/model/weights.ts';
import type { Network } from '../../core/network/network.ts';
import type { ParameterShare } from '../../core/network/slicing.ts';
import { blocksAfter, firstBlocks } from '../../core/network/parts.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { crossEntropy, smoothedLabels } from '../../core/training/loss.ts';
import { NetworkTrainer, type NetworkTrainerOptions } from '../../core/training/networkTrainer.ts';
import { trainingSettingsSchema } from '../../core/training/settings.ts';
import { relativeDifference } from '../engine/compare.ts';
import { classes, supernet } from './supernet/conflict/tinySupernet.ts';

const settings = { ...trainingSettingsSchema.parse({ steps: 12, warmupSteps: 0, learningRate: 1e-2, averageDecay: 0.5, labelSmoothing: 0 }), clipNorm: Infinity };
const transformer = vitNetwork({ resolution: 8, patchSize: 4, width: 16, depth: 2, numHeads: 2, classes });

const count = 6;
const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
const imagesOf = (step: number) => Float32Array.from({ length: count * 192 }, (() => {
  const random = new Random(`images ${step}`);
  return () => random.normal();
})());
const batch = (step: number) => ({ images: imagesOf(step), labels, imageSize: 8 });
const images = (step: number) => ({ count, size: 8, pixels: imagesOf(step) });

describe('training with frozen blocks', () => {
  let engine: Engine;
  let reference: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort', { threads: 1 });
    reference = await startEngine('js');
  });

  /** With running statistics that are not those of any batch. */
  function startOf(network: Network): Weights {
    const weights = Weights.initialise(network, new Random('start'));
    calibrateBatchNorm(engine, weights, [images(100), images(101)]);
    return weights;
  }
  const trainer = (network: Network, frozenBlocks: number, more: Partial<NetworkTrainerOptions> = {}) =>
    new NetworkTrainer({ engine, network, settings, start: { weights: startOf(network) }, frozenBlocks, ...more });
  // After one step AdamW's first moments are a tenth of the gradient.
  const gradientOf = (one: NetworkTrainer) => (one.tensors()['optimizer.first'].data as Float32Array).map((value) => 10 * value);

  it.each([1, 3, transformer.blocks.length - 1])('has the gradients of a training of everything, for what is behind %i blocks', (frozenBlocks) => {
    const [whole, part] = [trainer(transformer, 0), trainer(transformer, frozenBlocks)];
    const [{ loss }, { loss: partLoss }] = [whole.train(batch(0)), part.train(batch(0))];
    expect(partLoss).toBeCloseTo(loss, 5);
    const gradient = gradientOf(part);
    expect(gradient).toHaveLength(layoutOf(blocksAfter(transformer, frozenBlocks)).trainableLength);
    expect(relativeDifference(gradient, gradientOf(whole).subarray(-gradient.length))).toBeLessThan(1e-5);
  });

  it.each([1, 2, 4])('runs %i frozen blocks as in use: the gradients are those of one pass in which only their batch norms have running statistics', (frozenBlocks) => {
    const part = trainer(supernet, frozenBlocks);
    part.train(batch(0));
    // All of it differentiated by the reference engine, parameters and running statistics in one buffer.
    const weights = startOf(supernet);
    const values = Float32Array.from([...weights.trainable, ...weights.statistics]);
    const gradient = new Float32Array(values.length);
    const shareOf = (key: string): ParameterShare => {
      const { offset, shape, length, trainable } = weights.placed(key);
      return { shape, offset: trainable === false ? weights.trainable.length + offset : offset, slice: { runLength: length, starts: Int32Array.of(0) } };
    };
    const links = [
      ...trainingChain(firstBlocks(supernet, frozenBlocks), shareOf, 'inference'), ...trainingChain(blocksAfter(supernet, frozenBlocks), shareOf),
    ];
    runChain(reference, links, { shape: [count, 3, 8, 8], data: imagesOf(0) }, { values, gradient }, (logits) => (
      crossEntropy(logits, smoothedLabels(labels, classes, 0), classes).gradient));
    const found = gradientOf(part);
    expect(relativeDifference(found, gradient.subarray(weights.trainable.length - found.length, weights.trainable.length))).toBeLessThan(1e-4);
  });

  it('neither changes what is frozen, running statistics and average included, nor keeps moments of it', () => {
    const frozenBlocks = 3;
    const one = trainer(supernet, frozenBlocks);
    const before = startOf(supernet);
    for (let step = 0; step < 3; step++) one.train(batch(step));
    const frozen = layoutOf(firstBlocks(supernet, frozenBlocks));
    for (const weights of [one.weights, one.evaluationWeights]) {
      expect(weights.trainable.subarray(0, frozen.trainableLength)).toEqual(before.trainable.subarray(0, frozen.trainableLength));
      expect(weights.statistics.subarray(0, frozen.statisticsLength)).toEqual(before.statistics.subarray(0, frozen.statisticsLength));
      for (const [key, { trainable }] of weightsAfter(weights, frozenBlocks).parameters) {
        if (trainable !== false) expect(weights.view(key), key).not.toEqual(before.view(key));
      }
    }
    const { shape: [moments] } = one.tensors()['optimizer.second'];
    expect(moments).toBe(before.trainable.length - frozen.trainableLength);
    expect(one.trainedParams).toBe(moments);
  });

  it('runs the frozen blocks forward alone, and not at all where their features are known', () => {
    const passes: [pass: string, blocks: number][] = [];
    const counting: Engine = {
      info: engine.info, backend: engine.backend, apply: (...args) => engine.apply(...args), evaluate: (...args) => engine.evaluate(...args),
      forward: (links, ...rest) => {
        passes.push(['forward', links.length]);
        return engine.forward!(links, ...rest);
      },
      backpropagate: (links, ...rest) => {
        passes.push(['backward', links.length]);
        engine.backpropagate!(links, ...rest);
      },
    };
    const one = trainer(supernet, 4, { engine: counting });
    one.train(batch(0));
    expect(passes).toEqual([['forward', 4], ['backward', 1]]);
    one.train({ features: features(engine, one.weights, 4, images(1)), labels });
    expect(passes.slice(2)).toEqual([['backward', 1]]);
  });

  it('learns the same from features as from their images, in micro-batches too', () => {
    for (const more of [{}, { settings: { ...settings, microBatchSize: 4 } }]) {
      const [fromImages, fromFeatures] = [trainer(transformer, 3, more), trainer(transformer, 3, more)];
      for (let step = 0; step < 3; step++) {
        fromImages.train(batch(step));
        fromFeatures.train({ features: features(engine, fromFeatures.weights, 3, images(step)), labels });
      }
      expect(relativeDifference(fromFeatures.weights.trainable, fromImages.weights.trainable)).toBeLessThan(1e-5);
    }
  });

  it('goes on from a checkpoint bit for bit, branches left out included', () => {
    const depth = { stochasticDepth: { rate: 0.5, draws: 2, seed: 1 } };
    const [whole, first, second] = [trainer(transformer, 2, depth), trainer(transformer, 2, depth), trainer(transformer, 2, { ...depth, start: { seed: 9 } })];
    for (let step = 0; step < 4; step++) whole.train(batch(step));
    for (let step = 0; step < 2; step++) first.train(batch(step));
    second.restore(first.tensors(), first.state());
    for (let step = 2; step < 4; step++) second.train(batch(step));
    expect(second.tensors()).toEqual(whole.tensors());
    expect(second.evaluationWeights.trainable).toEqual(whole.evaluationWeights.trainable);
  });
});
