import type { ChainInput, Engine } from '../engine/engine.ts';
import { valueOf } from '../graph/graph.ts';
import { evaluate } from '../graph/dims.ts';
import { blockGraph, blockSizes } from '../network/blockGraph.ts';
import { blocksAfter, firstBlocks } from '../network/parts.ts';
import { runBlocks, type ImageBatch } from './inference.ts';
import { layoutOf, Weights } from './weights.ts';

/** The weights of all blocks but the first ones: views of the whole network's, in which every change shows. */
export function weightsAfter(weights: Weights, blocks: number): Weights {
  const { trainableLength, statisticsLength } = layoutOf(firstBlocks(weights.network, blocks));
  return new Weights(blocksAfter(weights.network, blocks), weights.trainable.subarray(trainableLength), weights.statistics.subarray(statisticsLength));
}

/**
 * What a network's first blocks make of images, batch norms on their running statistics, so that no image depends on the others.
 * @param blocks how many; one at least and not all
 * @returns the input of the block after them, [count, channels, height, width] or [count, tokens, channels]
 */
export function features(engine: Engine, weights: Weights, blocks: number, images: ImageBatch): ChainInput {
  const input = { shape: [images.count, 3, images.size, images.size], data: images.pixels };
  return { shape: featureShape(weights, blocks, images.count), data: runBlocks(engine, weights, weights.network.blocks.slice(0, blocks), input) };
}

/** Of `features` for so many images. */
export function featureShape({ network }: Weights, blocks: number, count: number): number[] {
  const next = network.blocks[blocks];
  const graph = blockGraph(next);
  const sizes = blockSizes(next).set('B', count);
  return valueOf(graph, graph.inputs[0]).dims.map((dim) => evaluate(dim, sizes));
}
