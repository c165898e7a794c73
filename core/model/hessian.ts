import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import { differentiableFeeds } from '../graph/gradient.ts';
import type { Graph } from '../graph/graph.ts';
import { blockParameters } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';
import type { Jet } from './directional.ts';
import type { ForwardMode } from './forward.ts';
import { traceBackward, traceForward, type Trace } from './trace.ts';

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
      const trace = traceForward(engine, block, parameters, x, options.mode, (graph) => wantedFeeds(block, graph, i > 0));
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

/** @returns the gradient of the block's input, or the last one when none is wanted */
function backward(engine: Engine, trace: Trace, upstream: Jet, onProduct: HessianOptions['onProduct']): Jet {
  const gradients = traceBackward(engine, trace, upstream);
  for (const [name, { value, first }] of gradients) {
    if (name === 'x') continue;
    const gradient = value.dataSync() as Float32Array;
    onProduct(`${trace.block.name}.${name}`, gradient, first ? first.dataSync() as Float32Array : new Float32Array(gradient.length));
  }
  return gradients.get('x') ?? upstream;
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
