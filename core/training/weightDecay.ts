import type { Weights } from '../model/weights.ts';
import { blockParameters } from '../network/blockGraph.ts';
import type { BlockType } from '../network/blocks.ts';
import type { DecayRange } from './optimizer.ts';

export interface DecaySettings {
  /** Whether the convolutions of the first layer and of inverted residuals decay too, which ElasticViT's recipe spares. */
  readonly decayConvolutions?: boolean;
}

const convolutional: ReadonlySet<BlockType> = new Set(['conv', 'mbconv']);

/**
 * Where weight decay applies: as the blocks' definitions say (elasticvit.md section 3), and on request to the weights of
 * convolutional blocks; never to biases and norms. Covers all that is trained, in the order of the buffers.
 */
export function decayRanges(weights: Weights, { decayConvolutions = false }: DecaySettings = {}): DecayRange[] {
  return weights.network.blocks.flatMap((block) => blockParameters(block)
    .filter(({ trainable }) => trainable !== false)
    .map(({ name, decay, shape }): DecayRange => {
      const { offset, length } = weights.placed(`${block.name}.${name}`);
      const isConvolution = convolutional.has(block.type) && shape.length === 4;
      return { offset, length, decay: decay === true || (decayConvolutions && isConvolution) };
    }));
}
