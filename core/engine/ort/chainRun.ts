import type { DifferentiatedGraph } from '../../graph/gradient.ts';
import { bindFeeds, feedNames, type Graph } from '../../graph/graph.ts';
import type { Address } from '../wasm/arena.ts';
import type { ChainInput, ChainLink, ChainParameter } from '../engine.ts';
import type { DeviceData, OrtBackend } from './backend.ts';
import type { HostTensor } from './graphSession.ts';
import type { Plan, Result } from './plan/plan.ts';
import type { Feed } from './plan/run.ts';

/** A graph's plans, by the layouts of its feeds. */
export type Plans = Map<string, Plan>;

/** A graph and its derivative, with their plans. */
export interface Training {
  readonly graphs: DifferentiatedGraph;
  readonly forward: Plans;
  readonly backward: Plans;
}

/** A feed whose shape is at hand. */
type ShapedFeed = DeviceData | HostTensor;

type Prepare = (graph: Graph, wrt?: readonly string[]) => Training;
type RunGraph = (graph: Graph, plans: Plans, feeds: Readonly<Record<string, Feed>>, sizes: ReadonlyMap<string, number>) => Result[];

/** What the backward pass of a link needs of its forward pass. */
interface Trace {
  readonly training: Training;
  readonly sizes: ReadonlyMap<string, number>;
  readonly feeds: Readonly<Record<string, ShapedFeed>>;
  readonly parameters: readonly ChainParameter[];
  /** Blocks that only this link uses. */
  readonly blocks: Address[];
}

/** One forward and backward pass of a chain of graphs, without tfjs: all values are blocks of the arena. */
export class ChainRun {
  readonly #backend: OrtBackend;
  readonly #prepare: Prepare;
  readonly #runGraph: RunGraph;
  readonly #live = new Set<Address>();

  constructor(backend: OrtBackend, prepare: Prepare, runGraph: RunGraph) {
    this.#backend = backend;
    this.#prepare = prepare;
    this.#runGraph = runGraph;
  }

  run(links: readonly ChainLink[], input: ChainInput, gradientOf: (result: Float32Array) => Float32Array): void {
    try {
      const traces: Trace[] = [];
      let value = this.#place(input.shape, (values) => values.set(input.data));
      for (const [i, link] of links.entries()) {
        // Nobody wants the gradient of what flows into the chain.
        const wrt = i === 0 ? link.graph.parameters : undefined;
        value = this.#forward(link, this.#prepare(link.graph, wrt), value, traces);
      }
      const gradient = gradientOf(this.#backend.download(value));
      let upstream = this.#place(value.shape, (values) => values.set(gradient));
      for (const trace of traces.reverse()) upstream = this.#backward(trace, upstream);
    } finally {
      this.#live.forEach((address) => this.#backend.arena.free(address));
    }
  }

  #forward({ graph, parameters, tables }: ChainLink, training: Training, x: DeviceData, traces: Trace[]): DeviceData {
    const feeds: Record<string, ShapedFeed> = { ...tables, [graph.inputs[0]]: x };
    const blocks: Address[] = [];
    for (const { name, shape, write } of parameters) {
      const placed = this.#place(shape, write);
      feeds[name] = placed;
      blocks.push(placed.address);
    }
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const { graphs, forward } = training;
    const results = this.#runGraph(graphs.forward, forward, feeds, sizes);
    results.forEach((result, i) => {
      const name = graphs.forward.outputs[i];
      this.#live.add(result.address);
      if (i > 0 && !graphs.kept.includes(name)) {
        this.#free(result.address);
        return;
      }
      feeds[name] = result;
      blocks.push(result.address);
    });
    traces.push({ training, sizes, feeds, parameters, blocks });
    return results[0];
  }

  /** @returns the gradient of the link's input, or the last one when none was wanted */
  #backward({ training: { graphs, backward }, sizes, feeds, parameters, blocks }: Trace, upstream: DeviceData): DeviceData {
    const known: Record<string, Feed> = {};
    for (const name of feedNames(graphs.backward)) known[name] = name === graphs.upstream ? upstream : feeds[name];
    const results = this.#runGraph(graphs.backward, backward, known, sizes);
    results.forEach(({ address }) => this.#live.add(address));
    this.#free(upstream.address);
    const byName = new Map(graphs.wrt.map((name, i) => [name, results[i]]));
    for (const { name, onGradient } of parameters) {
      const gradient = byName.get(name);
      if (!gradient) continue;
      this.#show(gradient, onGradient);
      this.#free(gradient.address);
      byName.delete(name);
    }
    for (const address of blocks) this.#free(address);
    const [ofInput] = byName.values();
    return ofInput ?? upstream;
  }

  #show(data: DeviceData, use: (values: Float32Array) => void): void {
    const length = data.shape.reduce((size, dim) => size * dim, 1);
    use(data.layout === 'declared' ? this.#backend.arena.view(data.address, length) : this.#backend.download(data));
  }

  #place(shape: readonly number[], write: (values: Float32Array) => void): DeviceData {
    const length = shape.reduce((size, dim) => size * dim, 1);
    const address = this.#backend.arena.allocate(length);
    this.#live.add(address);
    write(this.#backend.arena.view(address, length));
    return { address, layout: 'declared', shape };
  }

  #free(address: Address): void {
    if (this.#live.delete(address)) this.#backend.arena.free(address);
  }
}
