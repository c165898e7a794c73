import { Random } from '../../../base/random.ts';
import type { Engine } from '../../../engine/engine.ts';
import { flatParameters, type FlatParameters } from '../../../engine/flatParameters.ts';
import { backpropagate } from '../../../model/backpropagate.ts';
import { SubnetView } from '../../../model/subnet.ts';
import { layoutOf, Weights } from '../../../model/weights.ts';
import type { Network } from '../../../network/network.ts';
import { crossEntropy } from '../../loss.ts';
import { clearGradient } from '../../optimizer.ts';
import type { MicroBatch } from '../microBatches.ts';
import { CoordinateSample } from './coordinateSample.ts';
import type { SampledGradient } from './cosines.ts';

/**
 * Of a supernet's numbers looked at: all up to here, and of larger supernets about so many, at 8 bytes for each that a subnet
 * has. For untrained `elasticvit`, of which that is a share of 5 %, cosines were within 0.03 of those of all numbers.
 */
export const mostCoordinates = 2_000_000;

export interface SubnetGradientOptions {
  readonly engine: Engine;
  /** The supernet's; only read. */
  readonly weights: Weights;
  readonly classes: number;
  /** Parameters looked at. */
  readonly most?: number;
}

/**
 * Gradients of single subnets of a supernet, in memory of their own: that of the largest subnet so far and its gradient. The
 * supernet's weights, its gradient and its statistics stay as they are.
 */
export class SubnetGradients {
  readonly sample: CoordinateSample;
  readonly #options: SubnetGradientOptions;
  #flat: Required<FlatParameters> | undefined;

  constructor(options: SubnetGradientOptions) {
    this.#options = options;
    const trained = [...options.weights.parameters.values()].filter(({ trainable }) => trainable !== false);
    this.sample = new CoordinateSample(trained, options.most ?? mostCoordinates, new Random('coordinates'));
  }

  /**
   * The gradient of the cross-entropy on a batch, batch norms on the batch's own statistics as in training.
   * @param network part of the supernet
   */
  of(network: Network, batch: MicroBatch): SampledGradient {
    const { engine, weights, classes } = this.#options;
    const flat = this.#room(layoutOf(network).trainableLength);
    const view = new SubnetView(weights, network);
    const own = new Weights(network, flat.values);
    const trained = [...own.parameters.values()].filter(({ trainable }) => trainable !== false);
    for (const { key } of trained) own.view(key).set(view.read(key).data);
    const whole = new SubnetView(own, network);
    const { resolution } = network;
    const images = { shape: [batch.count, 3, resolution, resolution], data: batch.at(resolution) };
    clearGradient(flat);
    let loss = NaN;
    backpropagate(engine, network, (key) => whole.shareOf(key), images, flat, (logits) => {
      const result = crossEntropy(logits, batch.targets, classes);
      loss = result.loss;
      return result.gradient;
    });
    const places = new Uint32Array(Math.min(this.sample.places, flat.values.length));
    const values = new Float32Array(places.length);
    let count = 0;
    for (const { key, offset } of trained) {
      const { offset: start, slice: { starts, runLength } } = view.shareOf(key);
      for (let i = 0; i < starts.length; i++) {
        count = this.sample.take(start, starts[i], starts[i] + runLength, flat.gradient, offset + i * runLength, places, values, count);
      }
    }
    // Of a network that computes no numbers no gradient is one.
    if (!Number.isFinite(loss)) values.fill(NaN);
    if (count === places.length) return { places, values };
    return { places: places.slice(0, count), values: values.slice(0, count) };
  }

  #room(length: number): Required<FlatParameters> {
    if (this.#flat === undefined || this.#flat.values.length < length) this.#flat = flatParameters(length);
    const { memory, values, gradient } = this.#flat;
    return { memory, values: values.subarray(0, length), gradient: gradient.subarray(0, length) };
  }
}
