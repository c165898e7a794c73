import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import { bindFeeds, feedNames, type Graph } from '../graph/graph.ts';
import { derivativeName, forwardMode, type Movement, type Order, type TangentGraph } from '../graph/tangent.ts';
import { blockTables } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';
import { modeGraph, type ForwardMode } from './forward.ts';

/** A tensor on a curve: where it is, and its derivatives along the curve. Absent ones are zero and cost nothing. */
export interface Jet {
  readonly value: tf.Tensor;
  readonly first?: tf.Tensor;
  readonly second?: tf.Tensor;
}

export type Jets = Readonly<Record<string, Jet>>;

export interface DirectionalOptions {
  readonly mode: ForwardMode;
  /** Of the highest derivative that is wanted. */
  readonly order: Order;
}

/**
 * Runs a network along a curve: images and parameters move, and the logits' derivatives follow.
 *
 * @param parameters the tensor for a parameter key, with its derivatives if it moves
 * @param images [batch, 3, resolution, resolution]; on a circle, say, `first` is its tangent and `second` points inwards
 * @returns logits [batch, classes] with their derivatives
 */
export function directionalDerivatives(
  engine: Engine, network: Network, parameters: (key: string) => Jet, images: Jet, { mode, order }: DirectionalOptions,
): Jet {
  return tf.tidy(() => network.blocks.reduce<Jet>((x, block) => {
    const graph = modeGraph(block, mode);
    const y = tf.tidy(() => pushForward(engine, graph, blockJets(block, graph, parameters, x), order) as Jet & tf.TensorContainerObject);
    if (x !== images) tf.dispose(Object.values(x));
    return y;
  }, images) as Jet & tf.TensorContainerObject);
}

/**
 * The first output of a graph, with its derivatives along the curve that the feeds move on: one link of a chain.
 * @param feeds one for each input, parameter and table of the graph
 */
export function pushForward(engine: Engine, graph: Graph, feeds: Jets, order: Order): Jet {
  const [output] = graph.outputs;
  return evaluateJets(engine, tangentGraph(graph, order, movementOf(graph, feeds, order)), feeds, sizesOf(graph, feeds), [output]).get(output)!;
}

/** What a block's graph is fed. */
export function blockJets(block: Block, graph: Graph, parameters: (key: string) => Jet, x: Jet): Jets {
  const jets: Record<string, Jet> = { [graph.inputs[0]]: x };
  for (const name of graph.parameters) jets[name] = parameters(`${block.name}.${name}`);
  for (const [name, { shape, data }] of Object.entries(blockTables(block))) jets[name] = { value: tf.tensor(data, shape, 'int32') };
  return jets;
}

/**
 * Runs a tangent graph.
 * @param outputs of the graph that it was derived from
 * @returns those outputs with their derivatives
 */
export function evaluateJets(
  engine: Engine, { graph, derivatives }: TangentGraph, feeds: Jets, sizes: ReadonlyMap<string, number>, outputs: readonly string[],
): Map<string, Jet> {
  const tensors: Record<string, tf.Tensor> = {};
  for (const [name, { value, first, second }] of Object.entries(feeds)) {
    tensors[name] = value;
    if (first) tensors[derivativeName(name, 1)] = first;
    if (second) tensors[derivativeName(name, 2)] = second;
  }
  const results = engine.evaluate(graph, tensors, sizes);
  const byName = new Map(graph.outputs.map((name, i) => [name, results[i]]));
  return new Map(outputs.map((name): [string, Jet] => {
    const [first, second] = derivatives.map((found) => found.get(name)).map((found) => (found === undefined ? undefined : byName.get(found)!));
    return [name, { value: byName.get(name)!, ...(first && { first }), ...(second && { second }) }];
  }));
}

/** Sizes of all symbols that the feeds of a graph tell. */
export function sizesOf(graph: Graph, feeds: Jets): Map<string, number> {
  const sizes = new Map<string, number>();
  bindFeeds(graph, Object.fromEntries(Object.entries(feeds).map(([name, { value }]) => [name, value])), sizes);
  return sizes;
}

/** Which feeds of a graph move. */
export function movementOf(graph: Graph, feeds: Jets, order: Order): Movement {
  const moving: Record<string, Order> = {};
  for (const name of feedNames(graph)) {
    const { first, second } = feeds[name];
    if (second && !first) throw new RangeError(`"${name}" has a second derivative but no first; give zeros for the first.`);
    if (first) moving[name] = order === 2 && second ? 2 : 1;
  }
  return moving;
}

const tangentGraphs = new WeakMap<Graph, Map<string, TangentGraph>>();

/** The derived graph of the first output; made once, so that engines keep what they prepared for it. */
function tangentGraph(graph: Graph, order: Order, moving: Movement): TangentGraph {
  let known = tangentGraphs.get(graph);
  if (!known) tangentGraphs.set(graph, known = new Map());
  const key = JSON.stringify([order, moving]);
  let made = known.get(key);
  if (!made) known.set(key, made = forwardMode(graph, order, moving, graph.outputs.slice(0, 1)));
  return made;
}
