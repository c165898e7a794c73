import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import { withBatchStatistics, withFoldedBatchNorm } from '../graph/batchNorm.ts';
import type { Graph } from '../graph/graph.ts';
import { blockGraph, blockTables } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';

/** Batch norms take statistics from the batch (`training`) or from the running ones, folded away (`inference`). */
export type ForwardMode = 'training' | 'inference';

export interface ForwardOptions {
  readonly mode: ForwardMode;
  /** Batch statistics of each batch norm (mode `training`), under the parameter keys that they would update. */
  readonly onStatistics?: (key: string, values: Float32Array) => void;
}

/**
 * Runs a network.
 *
 * @param parameters the tensor for a parameter key, in the shape that the network's block declares
 * @param images [batch, 3, resolution, resolution]
 * @returns logits [batch, classes]
 */
export function forward(
  engine: Engine,
  network: Network,
  parameters: (key: string) => tf.Tensor,
  images: tf.Tensor,
  options: ForwardOptions,
): tf.Tensor {
  return tf.tidy(() => {
    let x = images;
    for (const [i, block] of network.blocks.entries()) {
      const graph = modeGraph(block, options.mode);
      const feeds: Record<string, tf.Tensor> = { x };
      for (const name of graph.parameters) feeds[name] = parameters(`${block.name}.${name}`);
      for (const [name, { shape, data }] of Object.entries(blockTables(block))) feeds[name] = tf.tensor(data, shape, 'int32');
      const onStatistics = options.onStatistics;
      x = engine.apply(graph, feeds, {
        // Images have no gradient to compute.
        ...(i === 0 ? { wrt: graph.parameters } : {}),
        ...(onStatistics ? {
          onStatistics: (statistics) => {
            for (const [name, values] of Object.entries(statistics)) onStatistics(`${block.name}.${name}`, values);
          },
        } : {}),
      });
    }
    return x;
  });
}

const modeGraphs: Record<ForwardMode, WeakMap<Graph, Graph>> = { training: new WeakMap(), inference: new WeakMap() };

/** The block's graph as a mode runs it; one per variant, so that engines keep their sessions. */
export function modeGraph(block: Block, mode: ForwardMode): Graph {
  const graph = blockGraph(block);
  let made = modeGraphs[mode].get(graph);
  if (!made) {
    made = mode === 'training' ? withBatchStatistics(graph) : withFoldedBatchNorm(graph);
    modeGraphs[mode].set(graph, made);
  }
  return made;
}
