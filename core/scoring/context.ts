import type { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { SubnetView } from '../model/subnet.ts';
import { drawParameter, layoutOf, Weights } from '../model/weights.ts';
import type { Network } from '../network/network.ts';
import { noise, ones } from './inputs.ts';
import type { DefaultInput, ScoringBatch, ScoringContext } from './proxy.ts';

/** Where real images come from. */
export interface ImageSource {
  /** Images of a resolution, each with its class, which is below `classes`. */
  batch(resolution: number, classes: number): ScoringBatch;
}

export interface SeedOptions {
  /** Not needed by proxies that only count or compute by themselves. */
  readonly engine?: Engine;
  /** The seed's own. */
  readonly random: Random;
  /** Weights are slices of this network's fresh ones, which are the same for all architectures of the seed; or of what `drawWeights` drew of it. */
  readonly supernet?: Network | Weights;
  /** In place of what proxies are given by default. */
  readonly input?: Partial<DefaultInput>;
  /** In place of any other input. */
  readonly images?: ImageSource;
}

/** What proxies use for one seed. Weights are made when they are first asked for. */
export class SeedContext implements ScoringContext {
  readonly random: Random;
  readonly #options: SeedOptions;
  #supernet: Weights | undefined;
  #weights: Weights | undefined;
  /** Where they are kept, from network to network: new memory for each would wait in vain to be collected. */
  #room = new Float32Array(0);
  #batch: { readonly key: string; readonly batch: ScoringBatch } | undefined;

  constructor(options: SeedOptions) {
    this.random = options.random;
    this.#options = options;
  }

  get engine(): Engine {
    if (!this.#options.engine) throw new RangeError('This proxy runs networks, but was given no engine.');
    return this.#options.engine;
  }

  get supernet(): Weights | undefined {
    const { supernet } = this.#options;
    if (supernet) this.#supernet ??= supernet instanceof Weights ? supernet : drawWeights(supernet, this.random);
    return this.#supernet;
  }

  /** Keeps those of the last network. */
  weightsOf(network: Network): Weights {
    if (this.#weights?.network !== network) {
      const { supernet } = this;
      const { trainableLength } = layoutOf(network);
      if (this.#room.length < trainableLength) this.#room = new Float32Array(supernet?.trainable.length ?? trainableLength);
      const own = this.#room.subarray(0, trainableLength);
      this.#weights = supernet ? new SubnetView(supernet, network).extract(own) : drawWeights(network, this.random, own);
    }
    return this.#weights;
  }

  forgetWeights(): void {
    this.#weights = undefined;
    this.#room = new Float32Array(0);
  }

  batchFor({ resolution, classes }: Network, input: DefaultInput): ScoringBatch {
    const { images } = this.#options;
    const { kind, batch: count } = { ...input, ...this.#options.input };
    const key = images ? `images ${resolution} ${classes}` : `${kind} ${count} ${resolution} ${classes}`;
    if (this.#batch?.key !== key) {
      const make = kind === 'ones' ? ones : noise;
      this.#batch = { key, batch: images ? images.batch(resolution, classes) : make({ count, resolution, classes }, this.random.fork('images')) };
    }
    return this.#batch.batch;
  }
}

/**
 * Fresh weights for scores, each parameter as its block's definition says: what a network says of its start in training does not
 * count.
 * @param random the seed's generator, which does not move
 * @param trainable where they are kept, as in `Weights`
 */
export function drawWeights(network: Network, random: Random, trainable?: Float32Array): Weights {
  const weights = new Weights(network, trainable);
  const own = random.fork('weights');
  for (const parameter of weights.parameters.values()) drawParameter(weights.view(parameter), parameter, own);
  return withOpenBranches(weights);
}

/**
 * Residual branches whose last scale starts at zero do not yet exist for whatever looks at gradients or activations: theirs start
 * at one here.
 */
function withOpenBranches(weights: Weights): Weights {
  for (const { key, init } of weights.parameters.values()) if (init === 'zeros' && key.endsWith('.scale')) weights.view(key).fill(1);
  return weights;
}
