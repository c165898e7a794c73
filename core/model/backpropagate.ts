import { backpropagate as runChain } from '../engine/chain.ts';
import type { ChainInput, ChainLink, Engine } from '../engine/engine.ts';
import type { FlatParameters } from '../engine/flatParameters.ts';
import { blockTables } from '../network/blockGraph.ts';
import type { Network } from '../network/network.ts';
import type { ParameterShare } from '../network/slicing.ts';
import { modeGraph, type ForwardMode } from './forward.ts';

/**
 * Runs a network forward and backward; unless asked otherwise as it trains, batch norms on the batch's statistics.
 *
 * @param shareOf where a parameter lies in the flat buffers, by its key: trainable ones, and in mode `inference` running
 *   statistics too
 * @param images [batch, 3, resolution, resolution]
 * @param flat parameters, and what their gradients are added to
 * @param gradientOf given the logits [batch, classes], the loss's gradient at them
 */
export function backpropagate(
  engine: Engine, network: Network, shareOf: (key: string) => ParameterShare, images: ChainInput, flat: FlatParameters,
  gradientOf: (logits: Float32Array) => Float32Array, mode: ForwardMode = 'training',
): void {
  runChain(engine, trainingChain(network, shareOf, mode), images, flat, gradientOf);
}

/**
 * A network as it trains, as a chain of graphs.
 * @param shareOf where a parameter lies in the flat buffers, by its key
 */
export function trainingChain(network: Network, shareOf: (key: string) => ParameterShare, mode: ForwardMode = 'training'): ChainLink[] {
  return network.blocks.map((block) => {
    const graph = modeGraph(block, mode);
    const parameters = graph.parameters.map((name) => ({ ...shareOf(`${block.name}.${name}`), name }));
    return { graph, tables: blockTables(block), parameters };
  });
}
