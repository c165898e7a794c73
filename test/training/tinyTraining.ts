import { Random } from '../../core/base/random.ts';
import type { ChainInput, Engine } from '../../core/engine/engine.ts';
import { flatParameters } from '../../core/engine/flatParameters.ts';
import { backpropagate } from '../../core/model/backpropagate.ts';
import { SubnetView } from '../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../core/model/weights.ts';
import type { Network } from '../../core/network/network.ts';
import { crossEntropy, smoothedLabels } from '../../core/training/loss.ts';
import { AdamW, clearGradient, GradientClipping } from '../../core/training/optimizer.ts';
import { decayRanges } from '../../core/training/weightDecay.ts';
import { attentionBlock, convBlock, ffnBlock, mbConvBlock, pooledHeadBlock } from '../model/blockCases.ts';
import { normal } from '../engine/compare.ts';

export const classes = 3;
const resolution = 8;
const settings = { weightDecay: 0.05, clipNorm: 1, learningRate: 2e-3 };

/** A network of every block type of ElasticViT, so small that the reference engine trains it hundreds of steps; its stem may be narrower. */
function tinyNetwork(stemChannels: number): Network {
  const blocks = [
    convBlock({ kernelSize: 3, stride: 2, size: resolution, outputs: stemChannels }),
    mbConvBlock({ kernelSize: 3, stride: 2, size: 4, squeeze: true, expand: true, inputs: stemChannels, outputs: 8 }),
    attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 2, normAxes: 'tokens-and-channels' }),
    ffnBlock({ channels: 8, mlpRatio: 2, size: 2, normAxes: 'channels' }),
    pooledHeadBlock({ channels: 8, size: 2, classes }),
  ];
  return { space: 'tiny', blocks, resolution, classes };
}

/** Trains a tiny supernet's two subnets in turns, AdamW and clipping included. The same seed gives the same batches and weights. */
export class TinyTraining {
  readonly #engine: Engine;
  readonly #flat = flatParameters(layoutOf(tinyNetwork(4)).trainableLength);
  readonly #views: readonly SubnetView[];
  readonly #optimizer: AdamW;
  readonly #clipping: GradientClipping;
  readonly #batches: readonly { images: ChainInput; targets: Float32Array }[];

  constructor(engine: Engine, batch: number, seed: string) {
    const random = new Random(seed);
    const weights = Weights.initialise(tinyNetwork(4), random.fork('weights'), this.#flat.values);
    this.#engine = engine;
    this.#views = [4, 3].map((channels) => new SubnetView(weights, tinyNetwork(channels)));
    this.#optimizer = new AdamW(this.#flat, decayRanges(weights), settings);
    this.#clipping = new GradientClipping(this.#flat);
    this.#batches = Array.from({ length: 6 }, () => {
      const labels = Int32Array.from({ length: batch }, (_, i) => i % classes);
      const shape = [batch, 3, resolution, resolution];
      const data = normal(random, shape).data.map((value, i) => value + labels[Math.floor(i / (3 * resolution ** 2))] - 1) as Float32Array;
      return { images: { shape, data }, targets: smoothedLabels(labels, classes, 0.1) };
    });
  }

  /** One step of every subnet's gradients, summed. @returns the mean of their losses */
  step(): number {
    const { images, targets } = this.#batches[this.#optimizer.step % this.#batches.length];
    clearGradient(this.#flat);
    let loss = 0;
    for (const view of this.#views) {
      backpropagate(this.#engine, view.network, (key) => view.shareOf(key), images, this.#flat, (logits) => {
        const result = crossEntropy(logits, targets, classes);
        loss += result.loss / this.#views.length;
        return result.gradient;
      });
    }
    this.#clipping.clip(settings.clipNorm);
    this.#optimizer.update(settings.learningRate);
    return loss;
  }
}
