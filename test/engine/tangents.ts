import * as tf from '@tensorflow/tfjs';
import type { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { gradientGraph } from '../../core/graph/gradient.ts';
import { valueOf, type Graph } from '../../core/graph/graph.ts';
import { hessianVectorProduct } from '../../core/graph/hessian.ts';
import { derivativeName, forwardMode, type Movement } from '../../core/graph/tangent.ts';
import { normal, relativeDifference, tensorOf, type Feeds, type HostValue } from './compare.ts';
import { curveDerivative } from './curves.ts';
import { evaluateExactly, sizeOf } from './exact.ts';

/** Random derivatives for each moving feed, under the names in which graphs are fed them. */
export function randomCurve(random: Random, feeds: Feeds, moving: Movement): Feeds {
  const curve: Record<string, HostValue> = {};
  for (const [name, order] of Object.entries(moving)) {
    curve[derivativeName(name, 1)] = normal(random, feeds[name].shape);
    if (order === 2) curve[derivativeName(name, 2)] = normal(random, feeds[name].shape);
  }
  return curve;
}

/** Every output of a graph on an engine, by name. */
export async function evaluateOn(engine: Engine, graph: Graph, feeds: Feeds): Promise<Map<string, Float32Array>> {
  await tf.setBackend(engine.backend);
  const found = new Map<string, Float32Array>();
  tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)]));
    const outputs = engine.evaluate(graph, tensors);
    graph.outputs.forEach((name, i) => found.set(name, Float32Array.from(outputs[i].dataSync())));
  });
  return found;
}

/** How far a tangent graph is from the truth: relative differences, 0 where there is none. */
export interface Deviation {
  /** Of derivatives in double precision from central differences of what they are the derivatives of. */
  readonly differences: number;
  /** Of an engine's outputs from the graph in double precision. */
  readonly engines: readonly number[];
}

/** Compares the first and second derivatives of a graph's first output along a random curve. */
export async function tangentDeviation(graph: Graph, feeds: Feeds, moving: Movement, random: Random, engines: readonly Engine[]): Promise<Deviation> {
  const all = { ...feeds, ...randomCurve(random, feeds, moving) };
  const [output] = graph.outputs;
  const { graph: twice, derivatives: [first, second] } = forwardMode(graph, 2, moving, [output]);
  const once = forwardMode(graph, 1, moving, [output]);
  const exact = evaluateExactly(twice, all);
  const zeros = new Float64Array(exact.get(output)!.data.length);
  const found = (name: string | undefined) => (name === undefined ? zeros : exact.get(name)!.data);
  const [slope] = curveDerivative(graph, all, [output]);
  const slopeName = once.derivatives[0].get(output);
  const [bend] = slopeName === undefined ? [zeros] : curveDerivative(once.graph, all, [slopeName]);
  const scale = largest(exact.get(output)!.data);
  return {
    differences: Math.max(
      relativeDifference(found(first.get(output)), slope, scale),
      relativeDifference(found(second.get(output)), bend, Math.max(scale, largest(slope))),
    ),
    engines: await deviations(engines, twice, all, exact),
  };
}

/**
 * Compares two ways to the same Hessian-vector product: forward mode over a backward graph, and reverse mode over a
 * tangent. @returns the largest relative difference in double precision
 */
export function orderDeviation(graph: Graph, feeds: Feeds, wrt: readonly string[], random: Random): number {
  const [output] = graph.outputs;
  const moving = Object.fromEntries(wrt.map((name) => [name, 1] as const));
  const forward = hessianVectorProduct(graph, output, wrt);
  const once = forwardMode(graph, 1, moving, [output]);
  const slope = once.derivatives[0].get(output)!;
  const reverse = gradientGraph({ ...once.graph, outputs: [slope] }, slope, wrt);
  const weights = normal(random, evaluateExactly(graph, feeds).get(output)!.shape);
  const all = { ...feeds, ...randomCurve(random, feeds, moving), [`d:${output}`]: weights, [`d:${slope}`]: weights };
  const [one, other] = [evaluateExactly(forward.graph, all), evaluateExactly(reverse, all)];
  const products = wrt.map((_, i) => one.get(forward.derivatives[0].get(forward.graph.outputs[i])!)!.data);
  const scale = Math.max(...products.map(largest));
  return Math.max(...products.map((product, i) => relativeDifference(other.get(reverse.outputs[i])!.data, product, scale)));
}

/** Compares Hessian-vector products for random weights of the first output along random directions, and their symmetry. */
export async function hessianDeviation(
  graph: Graph, feeds: Feeds, wrt: readonly string[], random: Random, engines: readonly Engine[],
): Promise<Deviation & { readonly asymmetry: number }> {
  const [output] = graph.outputs;
  const moving = Object.fromEntries(wrt.map((name) => [name, 1] as const));
  const { graph: product, derivatives: [products] } = hessianVectorProduct(graph, output, wrt);
  const gradients = product.outputs.slice(0, wrt.length);
  const weights = normal(random, evaluateExactly(graph, feeds).get(output)!.shape);
  const [u, v] = [randomCurve(random, feeds, moving), randomCurve(random, feeds, moving)];
  const along = (curve: Feeds) => ({ ...feeds, ...curve, [`d:${output}`]: weights });
  const [exactU, exactV] = [evaluateExactly(product, along(u)), evaluateExactly(product, along(v))];
  const zero = (name: string) => new Float64Array(sizeOf(feeds[name].shape));
  const found = (exact: typeof exactU) => wrt.map((name, i) => {
    const value = products.get(gradients[i]);
    return value === undefined ? zero(name) : exact.get(value)!.data;
  });
  const differences = curveDerivative(product, along(u), gradients);
  const [productsU, productsV] = [found(exactU), found(exactV)];
  const scale = Math.max(...gradients.map((name) => largest(exactU.get(name)!.data)), ...differences.map(largest));
  const inner = (direction: Feeds, of: readonly ArrayLike<number>[]) => {
    let [sum, squares] = [0, 0];
    wrt.forEach((name, i) => direction[derivativeName(name, 1)].data.forEach((d, j) => {
      sum += d * of[i][j];
      squares += (d * of[i][j]) ** 2;
    }));
    return { sum, size: Math.sqrt(squares) };
  };
  const [one, other] = [inner(v, productsU), inner(u, productsV)];
  return {
    differences: Math.max(...differences.map((difference, i) => relativeDifference(productsU[i], difference, scale))),
    engines: await deviations(engines, product, along(u), exactU),
    asymmetry: one.sum === other.sum ? 0 : Math.abs(one.sum - other.sum) / Math.max(one.size, other.size),
  };
}

async function deviations(engines: readonly Engine[], graph: Graph, feeds: Feeds, exact: ReturnType<typeof evaluateExactly>): Promise<number[]> {
  // Some outputs are zero but for rounding: the gradient of a bias in front of a batch norm, say.
  const floor = 1e-2 * Math.max(...graph.outputs.map((name) => largest(exact.get(name)!.data)));
  const found: number[] = [];
  for (const engine of engines) {
    const outputs = await evaluateOn(engine, graph, feeds);
    for (const name of graph.outputs) {
      const { shape, data } = exact.get(name)!;
      if (shape.length !== valueOf(graph, name).dims.length) throw new Error(`"${name}" has rank ${shape.length}.`);
      found.push(relativeDifference(outputs.get(name)!, data, floor));
    }
  }
  return found;
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
