import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import { differentiableFeeds } from '../graph/gradient.ts';
import { feedNames, type Graph } from '../graph/graph.ts';
import { differentiateTwice, type TwiceDifferentiatedGraph } from '../graph/hessian.ts';
import { blockParameters } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';
import { blockJets, evaluateJets, movementOf, sizesOf, type Jet, type Jets } from './directional.ts';
import { modeGraph, type ForwardMode } from './forward.ts';

/** A loss's gradient at the logits, [batch, classes], and how it changes as the logits do. */
export interface MovingGradient {
  readonly gradient: Float32Array;
  readonly tangent: Float32Array;
}

export interface HessianOptions {
  readonly mode: ForwardMode;
  /**
   * The loss's gradient at the logits, and the product of its Hessian there with the logits' tangent (for cross-entropy:
   * `crossEntropyAlong`).
   */
  readonly gradientAt: (logits: Float32Array, tangent: Float32Array) => MovingGradient;
  /** Is shown each trainable parameter's gradient and its part of the product, which may be neither changed nor kept. */
  readonly onProduct: (key: string, gradient: Float32Array, product: Float32Array) => void;
}

/**
 * The product of the loss's Hessian with a direction, exact and without ever forming the Hessian: values and tangents
 * run forward through the blocks, gradients and their tangents backward (Pearlmutter 1994). Where weights and values
 * move, each matrix product of a gradient becomes three.
 *
 * @param parameters the tensor for a parameter key; `first` is its part of the direction, zero when absent
 * @param images [batch, 3, resolution, resolution]; they may move too
 */
export function hessianVectorProduct(
  engine: Engine, network: Network, parameters: (key: string) => Jet, images: Jet, options: HessianOptions,
): void {
  tf.tidy(() => {
    const traces: Trace[] = [];
    let x = images;
    for (const [i, block] of network.blocks.entries()) {
      const trace = forward(engine, block, parameters, x, options.mode, i > 0);
      traces.push(trace);
      x = trace.output;
    }
    let upstream = lossGradient(x, options.gradientAt);
    for (const trace of traces.reverse()) {
      const ofInput = tf.tidy(() => backward(engine, trace, upstream, options.onProduct) as Jet & tf.TensorContainerObject);
      tf.dispose(trace.owned);
      upstream = ofInput;
    }
  });
}

/** What the backward pass of a block needs of its forward pass. */
interface Trace {
  readonly block: Block;
  readonly derived: (upstreamMoves: boolean) => TwiceDifferentiatedGraph;
  readonly sizes: ReadonlyMap<string, number>;
  /** The block's feeds and the values kept for the backward pass. */
  readonly jets: Jets;
  readonly output: Jet;
  /** What only this block's backward pass needs, and later blocks' before it. */
  readonly owned: tf.Tensor[];
}

function forward(engine: Engine, block: Block, parameters: (key: string) => Jet, x: Jet, mode: ForwardMode, wantsInput: boolean): Trace {
  const graph = modeGraph(block, mode);
  const feeds = blockJets(block, graph, parameters, x);
  const moving = Object.keys(movementOf(graph, feeds, 1));
  const wrt = wantedFeeds(block, graph, wantsInput);
  const derived = (upstreamMoves: boolean) => twiceDifferentiated(graph, wrt, moving, upstreamMoves);
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

/** @returns the gradient of the block's input, or the last one when none is wanted */
function backward(engine: Engine, { block, derived, sizes, jets }: Trace, upstream: Jet, onProduct: HessianOptions['onProduct']): Jet {
  const { graphs, backward: run } = derived(upstream.first !== undefined);
  const feeds = Object.fromEntries(feedNames(graphs.backward).map((name) => [name, name === graphs.upstream ? upstream : jets[name]]));
  const names = graphs.backward.outputs;
  const gradients = evaluateJets(engine, run, feeds, sizes, names);
  let ofInput = upstream;
  for (const [i, name] of graphs.wrt.entries()) {
    const { value, first } = gradients.get(names[i])!;
    if (name === 'x') {
      ofInput = { value, ...(first && { first }) };
      continue;
    }
    const gradient = value.dataSync() as Float32Array;
    onProduct(`${block.name}.${name}`, gradient, first ? first.dataSync() as Float32Array : new Float32Array(gradient.length));
  }
  return ofInput;
}

function lossGradient(logits: Jet, gradientAt: HessianOptions['gradientAt']): Jet {
  const values = logits.value.dataSync() as Float32Array;
  const tangents = logits.first ? logits.first.dataSync() as Float32Array : new Float32Array(values.length);
  const { gradient, tangent } = gradientAt(values, tangents);
  const { shape } = logits.value;
  return { value: tf.tensor(gradient, shape), ...(logits.first && { first: tf.tensor(tangent, shape) }) };
}

/** Trainable parameters, and the block's input unless it is the first. */
function wantedFeeds(block: Block, graph: Graph, wantsInput: boolean): string[] {
  const fixed = new Set(blockParameters(block).filter(({ trainable }) => trainable === false).map(({ name }) => name));
  return differentiableFeeds(graph).filter((name) => (name === 'x' ? wantsInput : !fixed.has(name)));
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
