import type { Random } from '../base/random.ts';
import { sharedFloats } from '../base/sharedMemory.ts';
import { drawParameter, layoutOf, Weights } from '../model/weights.ts';
import type { Network } from '../network/network.ts';

/** Where the numbers of one of several networks come from. */
export interface WeightSources {
  /** Of the first block: the release shares its convolution between all networks of a measure. */
  readonly stem: Random;
  readonly others: Random;
}

/** Fresh weights for one of several networks that a measure of As-ViT's is the mean of (asvit.md 3.2), in memory that threads share. */
export function asVitWeights(network: Network, { stem, others }: WeightSources): Weights {
  const weights = new Weights(network, sharedFloats(layoutOf(network).trainableLength));
  const inStem = new Set(layoutOf({ ...network, blocks: network.blocks.slice(0, 1) }).parameters.keys());
  for (const parameter of weights.parameters.values()) {
    drawParameter(weights.view(parameter), parameter, inStem.has(parameter.key) ? stem : others);
  }
  return weights;
}
