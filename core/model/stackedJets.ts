import * as tf from '@tensorflow/tfjs';
import type { ChainInput, Engine, ForwardLink } from '../engine/engine.ts';
import type { Graph } from '../graph/graph.ts';
import { withJets } from '../graph/jets/withJets.ts';
import type { Order } from '../graph/tangent.ts';
import type { Block } from '../network/blocks.ts';
import { modeGraph } from './forward.ts';
import { forwardLink } from './inference.ts';
import type { Weights } from './weights.ts';

/**
 * Runs blocks along curves, with the derivatives of each image behind it: as `directionalDerivatives`, but as one batch and
 * on all of an engine's threads. Batch norms have their running statistics.
 *
 * @param weights of a network that has these blocks, or more than these
 * @param images [batch, 1 + order, ...]: each image, its first and, for order 2, its second derivative
 * @returns the last block's output, [batch, 1 + order, ...]
 */
export function stackedDerivatives(engine: Engine, blocks: readonly Block[], weights: Weights, images: ChainInput, order: Order): Float32Array {
  const links = blocks.map((block) => forwardLink(block, weights, jetGraph(block, order)));
  return engine.forward ? engine.forward(links, images) : onTensors(engine, links, images);
}

function onTensors(engine: Engine, links: readonly ForwardLink[], { shape, data }: ChainInput): Float32Array {
  return tf.tidy(() => links.reduce<tf.Tensor>((x, { graph, parameters, tables }) => {
    const feeds: Record<string, tf.Tensor> = { [graph.inputs[0]]: x };
    for (const parameter of parameters) feeds[parameter.name] = tf.tensor(parameter.values, [...parameter.shape]);
    for (const [name, table] of Object.entries(tables)) feeds[name] = tf.tensor(table.data, [...table.shape], 'int32');
    return engine.evaluate(graph, feeds)[0];
  }, tf.tensor(data, [...shape])).dataSync() as Float32Array);
}

const jetGraphs = new WeakMap<Graph, Partial<Record<Order, Graph>>>();

/** A block's graph with derivatives (withJets.ts): made once, so that engines keep what they prepared for it. */
export function jetGraph(block: Block, order: Order): Graph {
  const graph = modeGraph(block, 'inference');
  let known = jetGraphs.get(graph);
  if (!known) jetGraphs.set(graph, known = {});
  return known[order] ??= withJets(graph, order);
}
