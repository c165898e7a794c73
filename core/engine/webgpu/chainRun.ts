import { differentiableFeeds } from '../../graph/gradient.ts';
import { bindFeeds, feedNames } from '../../graph/graph.ts';
import type { ChainInput, ChainLink } from '../engine.ts';
import type { GpuTensor } from './device.ts';
import type { Feed } from './graphProgram.ts';
import type { Programs, Training } from './programs.ts';

/** What the backward pass of a link needs of its forward pass. */
interface Trace {
  readonly training: Training;
  readonly sizes: ReadonlyMap<string, number>;
  readonly feeds: Readonly<Record<string, Feed>>;
  /** Tensors that nobody needs once the link's gradients are known. */
  readonly own: readonly GpuTensor[];
}

/** Gradients of a link's parameters by their names in its graph; those that do not move the result have none. */
export type LinkGradients = ReadonlyMap<string, GpuTensor>;

/** One forward and backward pass of a chain of graphs whose values all stay on the GPU, but for the result and its gradient. */
export class GpuChainRun {
  readonly #programs: Programs;
  readonly #live = new Set<GpuTensor>();

  constructor(programs: Programs) {
    this.#programs = programs;
  }

  /**
   * @param parametersOf gives a link's parameters, in their order, for the time of the run
   * @param gradientOf given the chain's result in the order of its axes, the gradient that flows back from it
   * @returns for each link gradients that the caller disposes
   */
  run(
    links: readonly ChainLink[], input: ChainInput, parametersOf: (link: ChainLink) => readonly GpuTensor[],
    gradientOf: (result: Float32Array) => Float32Array,
  ): LinkGradients[] {
    const { device } = this.#programs;
    try {
      const traces: Trace[] = [];
      let value = this.#keep(device.copy([input])[0]);
      for (const [i, link] of links.entries()) {
        // Nobody wants the gradient of what flows into the chain.
        const wrt = i === 0 ? link.graph.parameters : differentiableFeeds(link.graph);
        value = this.#forward(link, this.#programs.training(link.graph, wrt), value, parametersOf(link), traces);
      }
      const gradient = gradientOf(device.download(value));
      let upstream = this.#keep(device.copy([{ shape: value.shape, data: gradient }])[0]);
      const gradients: LinkGradients[] = [];
      for (const trace of traces.reverse()) upstream = this.#backward(trace, upstream, gradients);
      for (const link of gradients) for (const tensor of link.values()) this.#live.delete(tensor);
      return gradients.reverse();
    } finally {
      this.#live.forEach((tensor) => tensor.native.dispose());
    }
  }

  #forward(link: ChainLink, training: Training, x: GpuTensor, parameters: readonly GpuTensor[], traces: Trace[]): GpuTensor {
    const { graph, tables } = link;
    const feeds: Record<string, Feed> = { ...tables, [graph.inputs[0]]: x };
    link.parameters.forEach(({ name }, i) => { feeds[name] = parameters[i]; });
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const wanted = [...new Set([graph.outputs[0], ...training.graphs.kept])];
    const results = training.forward.run(feeds, sizes, wanted).map((tensor) => this.#keep(tensor));
    wanted.forEach((name, i) => { feeds[name] = results[i]; });
    traces.push({ training, sizes, feeds, own: [x, ...results.slice(1)] });
    return results[0];
  }

  /** @returns the gradient of the link's input, or the last one when none was wanted */
  #backward({ training: { graphs, backward }, sizes, feeds, own }: Trace, upstream: GpuTensor, gradients: LinkGradients[]): GpuTensor {
    const known: Record<string, Feed> = {};
    for (const name of feedNames(graphs.backward)) known[name] = name === graphs.upstream ? upstream : feeds[name];
    const results = new Map(backward.run(known, sizes).map((tensor, i) => [graphs.wrt[i], this.#keep(tensor)]));
    for (const tensor of [upstream, ...own]) this.#dispose(tensor);
    const [input] = graphs.forward.inputs;
    const ofInput = results.get(input);
    results.delete(input);
    gradients.push(results);
    return ofInput ?? upstream;
  }

  #keep(tensor: GpuTensor): GpuTensor {
    this.#live.add(tensor);
    return tensor;
  }

  #dispose(tensor: GpuTensor): void {
    if (this.#live.delete(tensor)) tensor.native.dispose();
  }
}
