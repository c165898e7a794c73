import { differentiableFeeds } from '../../graph/gradient.ts';
import { bindFeeds, feedNames } from '../../graph/graph.ts';
import type { Address } from '../wasm/arena.ts';
import type { ChainInput, ChainLink, ChainParameter } from '../engine.ts';
import { inspect, type DeviceData } from './deviceData.ts';
import type { GraphRunner, Training } from './graphRunner.ts';
import type { HostTensor } from './graphSession.ts';
import { LiveBlocks } from './liveBlocks.ts';
import type { Feed } from './plan/run.ts';

/** What a pass needs of the world outside. Arrays that it shows may be neither changed nor kept. */
export interface ChainAccess {
  /** Writes a parameter's values. */
  read(parameter: ChainParameter, values: Float32Array): void;
  /** Takes a parameter's gradient. */
  accept(parameter: ChainParameter, gradient: Float32Array): void;
  /** The gradient that flows back from the chain's result. */
  gradientOf(result: Float32Array): Float32Array;
}

/** A feed whose shape is at hand. */
type ShapedFeed = DeviceData | HostTensor;

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
  readonly #runner: GraphRunner;
  readonly #access: ChainAccess;
  readonly #blocks: LiveBlocks;

  constructor(runner: GraphRunner, access: ChainAccess) {
    this.#runner = runner;
    this.#access = access;
    this.#blocks = new LiveBlocks(runner.device.arena);
  }

  run(links: readonly ChainLink[], input: ChainInput): void {
    try {
      const traces: Trace[] = [];
      let value = this.#blocks.place(input.shape, (values) => values.set(input.data));
      for (const [i, link] of links.entries()) {
        // Nobody wants the gradient of what flows into the chain.
        const wrt = i === 0 ? link.graph.parameters : differentiableFeeds(link.graph);
        value = this.#forward(link, this.#runner.training(link.graph, wrt), value, traces);
      }
      const gradient = this.#inspect(value, (result) => this.#access.gradientOf(result));
      let upstream = this.#blocks.place(value.shape, (values) => values.set(gradient));
      for (const trace of traces.reverse()) upstream = this.#backward(trace, upstream);
    } finally {
      this.#blocks.freeAll();
    }
  }

  #forward({ graph, parameters, tables }: ChainLink, training: Training, x: DeviceData, traces: Trace[]): DeviceData {
    const feeds: Record<string, ShapedFeed> = { ...tables, [graph.inputs[0]]: x };
    const blocks: Address[] = [];
    for (const parameter of parameters) {
      const placed = this.#blocks.place(parameter.shape, (values) => this.#access.read(parameter, values));
      feeds[parameter.name] = placed;
      blocks.push(placed.address);
    }
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const { graphs, forward } = training;
    const results = this.#runner.run(forward, feeds, sizes);
    results.forEach((result, i) => {
      const name = graphs.forward.outputs[i];
      this.#blocks.adopt(result.address);
      if (i > 0 && !graphs.kept.includes(name)) {
        this.#blocks.free(result.address);
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
    const results = this.#runner.run(backward, known, sizes);
    results.forEach(({ address }) => this.#blocks.adopt(address));
    this.#blocks.free(upstream.address);
    const byName = new Map(graphs.wrt.map((name, i) => [name, results[i]]));
    for (const parameter of parameters) {
      const gradient = byName.get(parameter.name);
      if (!gradient) continue;
      this.#inspect(gradient, (values) => this.#access.accept(parameter, values));
      this.#blocks.free(gradient.address);
      byName.delete(parameter.name);
    }
    for (const address of blocks) this.#blocks.free(address);
    const [ofInput] = byName.values();
    return ofInput ?? upstream;
  }

  #inspect<T>(data: DeviceData, use: (values: Float32Array) => T): T {
    const { arena, kernels } = this.#runner.device;
    return inspect(data, arena, kernels, use);
  }
}
