import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import { feedNames, type Graph } from '../graph/graph.ts';
import { differentiateTwice, type TwiceDifferentiatedGraph } from '../graph/hessian.ts';
import { graphMacs } from '../graph/macs.ts';
import { blockSizes } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import { blockJets, evaluateJets, movementOf, sizesOf, type Jet, type Jets } from './directional.ts';
import { modeGraph, type ForwardMode } from './forward.ts';

/** What the backward pass of a block needs of its forward pass, in which values may move along a direction. */
export interface Trace {
  readonly block: Block;
  readonly derived: (upstreamMoves: boolean) => TwiceDifferentiatedGraph;
  readonly sizes: ReadonlyMap<string, number>;
  /** The block's feeds and the values kept for the backward pass. */
  readonly jets: Jets;
  readonly output: Jet;
  /** What only this block's backward pass needs, and later blocks' before it. */
  readonly owned: tf.Tensor[];
}

/** @param wrt feeds of the block's graph whose gradients are wanted, by the graph */
export function traceForward(
  engine: Engine, block: Block, parameters: (key: string) => Jet, x: Jet, mode: ForwardMode, wrt: (graph: Graph) => readonly string[],
): Trace {
  const graph = modeGraph(block, mode);
  const feeds = blockJets(block, graph, parameters, x);
  const moving = Object.keys(movementOf(graph, feeds, 1));
  const derived = (upstreamMoves: boolean) => twiceDifferentiated(graph, wrt(graph), moving, upstreamMoves);
  const { graphs, forward: run } = derived(true);
  const sizes = sizesOf(graph, feeds);
  const [output] = graph.outputs;
  const results = evaluateJets(engine, run, feeds, sizes, [output, ...graphs.kept]);
  const made = [...graph.tables.map((name) => feeds[name]), ...results.values()];
  return {
    block, derived, sizes, jets: { ...feeds, ...Object.fromEntries(results) }, output: results.get(output)!,
    owned: made.flatMap((jet): tf.Tensor[] => Object.values(jet)),
  };
}

/** @returns the gradient of every feed that one is wanted of, by its name in the graph, with its tangent where it moves */
export function traceBackward(engine: Engine, { derived, sizes, jets }: Trace, upstream: Jet): Map<string, Jet> {
  const { graphs, backward: run } = derived(upstream.first !== undefined);
  const feeds = Object.fromEntries(feedNames(graphs.backward).map((name) => [name, name === graphs.upstream ? upstream : jets[name]]));
  const names = graphs.backward.outputs;
  const gradients = evaluateJets(engine, run, feeds, sizes, names);
  return new Map(graphs.wrt.map((name, i) => {
    const { value, first } = gradients.get(names[i])!;
    return [name, { value, ...(first && { first }) }];
  }));
}

/** Multiply-accumulates of a block's two passes for one image, when these feeds move, and with them what arrives from later blocks. */
export function traceMacs(block: Block, mode: ForwardMode, wrt: readonly string[], moving: readonly string[]): { readonly forward: number; readonly backward: number } {
  const sizes = blockSizes(block).set('B', 1);
  const { forward, backward } = twiceDifferentiated(modeGraph(block, mode), wrt, moving, moving.length > 0);
  return { forward: graphMacs(forward.graph, sizes), backward: graphMacs(backward.graph, sizes) };
}

const derivedGraphs = new WeakMap<Graph, Map<string, TwiceDifferentiatedGraph>>();

/** Made once, so that engines keep what they prepared for it. */
function twiceDifferentiated(graph: Graph, wrt: readonly string[], moving: readonly string[], upstreamMoves: boolean): TwiceDifferentiatedGraph {
  let known = derivedGraphs.get(graph);
  if (!known) derivedGraphs.set(graph, known = new Map());
  const key = JSON.stringify([wrt, moving, upstreamMoves]);
  let made = known.get(key);
  if (!made) known.set(key, made = differentiateTwice(graph, graph.outputs[0], wrt, moving, upstreamMoves));
  return made;
}
