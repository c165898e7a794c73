import type { Weights } from '../../../model/weights.ts';
import type { ReducedNetwork } from '../classes/reduce.ts';
import type { WeightSigns } from '../terms.ts';
import { Batch, type BatchWeights, type FastDss } from './batch.ts';
import type { FastDevice } from './device.ts';
import { BlockShares } from './shares.ts';
import { weightNorm, type WeightNorms } from './weightNorm.ts';

export interface FastScorerOptions {
  readonly signs: WeightSigns;
  readonly norms: WeightNorms;
}

/** Networks that go through together: enough for fast products, few enough for what they keep to stay in a cache. */
const together = 256;
/** For slices of the weights, beside what networks keep. */
const sharesBudgetBytes = 2 ** 28;

/**
 * DSS terms of many networks that share their weights, or of one with weights of its own. Every block runs once for all
 * networks in which it has the same shape, as one product with the shared weights.
 */
export class FastScorer {
  readonly #device: FastDevice;
  readonly #shares: BlockShares;
  readonly #weights: BatchWeights;

  /** @param weights of a network that contains all that are scored */
  constructor(device: FastDevice, weights: Weights, { signs, norms }: FastScorerOptions) {
    this.#device = device;
    /** They outlive the slices that they were found from. */
    const known = new Map<string, number>();
    const shares = this.#shares = new BlockShares(device, weights, signs, sharesBudgetBytes);
    this.#weights = {
      order: new Map(weights.network.blocks.map(({ name }, i) => [name, i])),
      shareOf: (block, key) => shares.of(block, key),
      weightNorm(share, names) {
        const key = `${share.key} ${names.join(' ')}`;
        const norm = known.get(key) ?? weightNorm(share, names, norms);
        known.set(key, norm);
        return norm;
      },
    };
  }

  /** @throws RangeError when a network is not a part of the one that the weights are of */
  score(networks: readonly ReducedNetwork[]): FastDss[] {
    const results = new Array<FastDss>(networks.length);
    // Networks of one width share more products.
    const sorted = [...networks.keys()].sort((i, j) => widthOf(networks[i]) - widthOf(networks[j]) || i - j);
    for (let start = 0; start < sorted.length; start += together) {
      const indices = sorted.slice(start, start + together);
      new Batch(this.#device, this.#weights, indices.map((i) => networks[i])).run().forEach((result, i) => { results[indices[i]] = result; });
    }
    return results;
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#shares.dispose();
  }
}

const widthOf = ({ blocks }: ReducedNetwork) => blocks[0].block.output.channels;
