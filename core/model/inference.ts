import * as tf from '@tensorflow/tfjs';
import type { ChainInput, Engine, ForwardLink } from '../engine/engine.ts';
import type { Graph } from '../graph/graph.ts';
import { blockTables } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import { forward, modeGraph, type ForwardOptions } from './forward.ts';
import type { Weights } from './weights.ts';

/** Images of one batch, [count, 3, size, size] in row-major order. */
export interface ImageBatch {
  readonly count: number;
  readonly size: number;
  readonly pixels: Float32Array;
}

/** What a network reads: images or, where its first blocks ran before, what they made of them. */
export type NetworkInput = ImageBatch | ChainInput;

/** A tensor over the batch's pixels, which must not change while it lives. */
export function imageTensor(batch: ImageBatch): tf.Tensor {
  return tf.tensor(batch.pixels, [batch.count, 3, batch.size, batch.size]);
}

/** Logits of a network with weights and running statistics of its own, [count, classes]. */
export function logits(engine: Engine, weights: Weights, batch: NetworkInput): Float32Array {
  return run(engine, weights, batch, { mode: 'inference' });
}

/** Logits with batch norms on the batch's own statistics, as in training, [count, classes]. */
export function batchLogits(engine: Engine, weights: Weights, batch: ImageBatch): Float32Array {
  return run(engine, weights, batch, { mode: 'training' });
}

/**
 * Sets the running statistics from training batches: each is the average over the batches of the batch's mean, and of
 * its (biased) variance. Supernets share weights but not statistics, so every subnet needs this before it is judged.
 * Networks without batch norms need none of the batches.
 */
export function calibrateBatchNorm(engine: Engine, weights: Weights, batches: Iterable<NetworkInput>): void {
  if (weights.statistics.length === 0) return;
  let count = 0;
  for (const batch of batches) {
    if (count++ === 0) weights.statistics.fill(0);
    run(engine, weights, batch, {
      mode: 'training',
      onStatistics(key, values) {
        const running = weights.view(key);
        for (let i = 0; i < running.length; i++) running[i] += (values[i] - running[i]) / count;
      },
    });
  }
  if (count === 0) throw new RangeError('Calibration needs at least one batch.');
}

/** 1 for each image whose largest logit is the label's, 0 for the others. @param logits [labels, classes] */
export function rightAnswers(logits: Float32Array, labels: ArrayLike<number>): Uint8Array {
  const classes = logits.length / labels.length;
  return Uint8Array.from({ length: labels.length }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[i * classes + c] > logits[i * classes + best]) best = c;
    return best === labels[i] ? 1 : 0;
  });
}

/** Share of images whose largest logit is the label's. */
export function accuracy(logits: Float32Array, labels: ArrayLike<number>): number {
  return rightAnswers(logits, labels).reduce((sum, one) => sum + one, 0) / labels.length;
}

/** A forward pass: the engine's own way where it has one, or on tensors. */
function run(engine: Engine, weights: Weights, batch: NetworkInput, options: ForwardOptions): Float32Array {
  const { network } = weights;
  const input = 'pixels' in batch ? { shape: [batch.count, 3, batch.size, batch.size], data: batch.pixels } : batch;
  return runBlocks(engine, weights, network.blocks, input, options);
}

/**
 * Some blocks of a network, one behind the other, on what the blocks before them make.
 * @param input in the shape that the first one's graph takes
 * @returns what the last one gives, in the order of its axes
 */
export function runBlocks(
  engine: Engine, weights: Weights, blocks: readonly Block[], input: ChainInput, options: ForwardOptions = { mode: 'inference' },
): Float32Array {
  if (!engine.forward) {
    return tf.tidy(() => Float32Array.from(forward(
      engine, { ...weights.network, blocks }, weightTensors(weights), tf.tensor(input.data, [...input.shape]), options).dataSync()));
  }
  const { mode, onStatistics } = options;
  const links = blocks.map((block) => forwardLink(block, weights, modeGraph(block, mode)));
  return engine.forward(links, input, onStatistics && ((link, statistics) => {
    for (const [name, values] of Object.entries(statistics)) onStatistics(`${blocks[link].name}.${name}`, values);
  }));
}

/** A block as a link of a chain, with views of its weights. @param graph of the block, or one made of it */
export function forwardLink(block: Block, weights: Weights, graph: Graph = modeGraph(block, 'inference')): ForwardLink {
  const parameters = graph.parameters.map((name) => {
    const key = `${block.name}.${name}`;
    return { name, shape: weights.placed(key).shape, values: weights.view(key) };
  });
  return { graph, parameters, tables: blockTables(block) };
}

function weightTensors(weights: Weights): (key: string) => tf.Tensor {
  return (key) => {
    const { shape } = weights.placed(key);
    return tf.tensor(weights.view(key), [...shape]);
  };
}
