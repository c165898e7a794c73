import { differentiate, gradientGraph, type DifferentiatedGraph } from './gradient.ts';
import { feedNames, type Graph } from './graph.ts';
import { forwardMode, type Movement, type TangentGraph } from './tangent.ts';

/** A graph prepared for Hessian-vector products: its forward and backward pass, each with derivatives along a direction. */
export interface TwiceDifferentiatedGraph {
  readonly graphs: DifferentiatedGraph;
  /** Outputs: the output and the values that the backward pass is fed, each with its tangent. */
  readonly forward: TangentGraph;
  /** Outputs: the gradients of `wrt` in order (`graphs.backward.outputs`), each with its tangent. */
  readonly backward: TangentGraph;
}

/**
 * Forward mode over reverse mode (Pearlmutter 1994): how the gradients change when feeds move along a direction, one
 * part of a chain at a time. The gradient that arrives from the next part may move too.
 *
 * @param wrt feeds whose gradients are wanted
 * @param moving feeds that have a direction
 * @param upstreamMoves whether the arriving gradient has a tangent
 */
export function differentiateTwice(
  graph: Graph, output: string, wrt: readonly string[], moving: readonly string[], upstreamMoves = true,
): TwiceDifferentiatedGraph {
  const graphs = differentiate(graph, output, wrt);
  const forward = forwardMode(graphs.forward, 1, straight(moving), [...new Set([output, ...graphs.kept])]);
  const [tangents] = forward.derivatives;
  const moves = (name: string) => (name === graphs.upstream ? upstreamMoves : moving.includes(name) || tangents.has(name));
  return { graphs, forward, backward: forwardMode(graphs.backward, 1, straight(feedNames(graphs.backward).filter(moves))) };
}

/**
 * The product of a direction with the Hessian of sum(output x upstream), as one graph. Its inputs are the graph's, the
 * upstream gradient (`d:<output>`) and the moving feeds' directions; its outputs the gradients of `wrt`, then the
 * products that are not zero.
 *
 * @param moving feeds that have a direction; by default those of `wrt`
 */
export function hessianVectorProduct(graph: Graph, output: string, wrt: readonly string[], moving: readonly string[] = wrt): TangentGraph {
  return forwardMode(gradientGraph(graph, output, wrt), 1, straight(moving));
}

function straight(names: readonly string[]): Movement {
  return Object.fromEntries(names.map((name) => [name, 1] as const));
}
