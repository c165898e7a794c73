import { differentiableFeeds, differentiate } from '../../core/graph/gradient.ts';
import { bindFeeds, feedNames } from '../../core/graph/graph.ts';
import { modeGraph, type ForwardMode } from '../../core/model/forward.ts';
import { blockTables } from '../../core/network/blockGraph.ts';
import type { Network } from '../../core/network/network.ts';
import { evaluateExactly, type ExactTensor } from '../engine/exact.ts';

export type ExactTensors = Readonly<Record<string, ExactTensor>>;

/** Images under `images`, and parameters by their keys. */
function blockFeeds(network: Network, index: number, mode: ForwardMode, x: ExactTensor, tensors: ExactTensors): Record<string, ExactTensor> {
  const block = network.blocks[index];
  const feeds: Record<string, ExactTensor> = { x, ...blockTables(block) };
  for (const name of modeGraph(block, mode).parameters) feeds[name] = tensors[`${block.name}.${name}`];
  return feeds;
}

/** A network's logits in double precision. */
export function exactLogits(network: Network, mode: ForwardMode, tensors: ExactTensors): ArrayLike<number> {
  return network.blocks.reduce((x, block, i) => {
    const graph = modeGraph(block, mode);
    return evaluateExactly(graph, blockFeeds(network, i, mode, x, tensors)).get(graph.outputs[0])!;
  }, tensors.images).data;
}

/** The mean cross-entropy's gradients in double precision, by parameter key. */
export function exactGradients(network: Network, mode: ForwardMode, tensors: ExactTensors, targets: ArrayLike<number>): Record<string, ArrayLike<number>> {
  return exactBackpropagation(network, mode, tensors, (logits) => lossGradient(logits, targets));
}

/** The parameters' gradients in double precision, by key, from that at the logits. */
export function exactBackpropagation(
  network: Network, mode: ForwardMode, tensors: ExactTensors, gradientOf: (logits: ExactTensor) => ExactTensor,
): Record<string, ArrayLike<number>> {
  const gradients: Record<string, ArrayLike<number>> = {};
  const passes: ((upstream: ExactTensor) => ExactTensor)[] = [];
  let x = tensors.images;
  network.blocks.forEach((block, i) => {
    const graph = modeGraph(block, mode);
    const [output] = graph.outputs;
    const { forward, backward, upstream, wrt } = differentiate(graph, output, differentiableFeeds(graph));
    const feeds = blockFeeds(network, i, mode, x, tensors);
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const values = evaluateExactly(forward, feeds);
    x = values.get(output)!;
    passes.push((arriving) => {
      const given = Object.fromEntries(feedNames(backward).map((name) => [name, name === upstream ? arriving : values.get(name)!]));
      const found = evaluateExactly(backward, given, sizes);
      wrt.forEach((name, j) => { gradients[`${block.name}.${name}`] = found.get(backward.outputs[j])!.data; });
      return found.get(backward.outputs[wrt.indexOf('x')])!;
    });
  });
  passes.reduceRight((upstream, pass) => pass(upstream), gradientOf(x));
  return gradients;
}

/** (softmax - targets) / batch */
function lossGradient({ shape, data }: ExactTensor, targets: ArrayLike<number>): ExactTensor {
  const [batch, classes] = shape;
  const powers = Float64Array.from(data, Math.exp);
  const sums = Array.from({ length: batch }, (_, b) => powers.subarray(b * classes, (b + 1) * classes).reduce((a, p) => a + p));
  return { shape, data: powers.map((p, i) => (p / sums[Math.floor(i / classes)] - targets[i]) / batch) };
}
