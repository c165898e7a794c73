import { backpropagate as runChain } from '../engine/chain.ts';
import type { ChainInput, ChainLink, Engine } from '../engine/engine.ts';
import { blockTables } from '../network/blockGraph.ts';
import type { Network } from '../network/network.ts';
import { modeGraph } from './forward.ts';

/** Where a network's trainable parameters come from, and where their gradients go, by key. */
export interface ParameterAccess {
  shapeOf(key: string): readonly number[];
  /** Writes the parameter to memory of its size. */
  write(key: string, values: Float32Array): void;
  /** Is shown the gradient, which may be neither changed nor kept. */
  onGradient(key: string, gradient: Float32Array): void;
}

/**
 * Runs a network forward, batch norms on the batch's statistics, and backward.
 *
 * @param images [batch, 3, resolution, resolution]
 * @param gradientOf given the logits [batch, classes], the loss's gradient at them
 */
export function backpropagate(
  engine: Engine, network: Network, parameters: ParameterAccess, images: ChainInput,
  gradientOf: (logits: Float32Array) => Float32Array,
): void {
  const links = network.blocks.map((block): ChainLink => {
    const graph = modeGraph(block, 'training');
    return {
      graph, tables: blockTables(block),
      parameters: graph.parameters.map((name) => {
        const key = `${block.name}.${name}`;
        return {
          name, shape: parameters.shapeOf(key),
          write: (values) => parameters.write(key, values),
          onGradient: (gradient) => parameters.onGradient(key, gradient),
        };
      }),
    };
  });
  runChain(engine, links, images, gradientOf);
}
