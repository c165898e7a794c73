import { Tensor } from 'onnxruntime-common';
import { evaluate } from '../../graph/dims.ts';
import { bindFeeds, feedNames, valueOf, type Graph } from '../../graph/graph.ts';
import type { SessionOptions } from './binding.ts';
import { InPlaceSession } from './inPlaceSession.ts';
import { prepareForOrt } from './prepare.ts';
import { SessionPool } from './sessionPool.ts';
import { runtimeFeeds, Specialisations } from './specialisations.ts';

/** A tensor outside tfjs: what a session eats and gives. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A graph ready to run, with one ONNX Runtime session for each of its specialisations. */
export class GraphSession {
  readonly #graph: Graph;
  readonly #options: SessionOptions;
  readonly #pool: SessionPool<InPlaceSession>;
  /** Outputs that a session computes: each once, and none that is fed. */
  readonly #computed: readonly string[];
  readonly #specialised: Specialisations;

  /** @param pool holds the sessions; by default one for this graph alone */
  constructor(graph: Graph, options: SessionOptions, pool: SessionPool<InPlaceSession> = new SessionPool<InPlaceSession>(options.threads)) {
    this.#graph = prepareForOrt(graph);
    this.#options = options;
    this.#pool = pool;
    const fed = new Set(feedNames(this.#graph));
    this.#computed = [...new Set(graph.outputs)].filter((name) => !fed.has(name));
    this.#specialised = new Specialisations(this.#graph, this.#computed);
  }

  /**
   * @param feeds one tensor for each input, parameter and table
   * @param allocate gives the memory that outputs are written to
   * @param sizes symbols that the feeds alone do not tell; gets those that they do tell
   * @returns the graph's outputs, in order, each in memory of its own
   * @throws RangeError when a feed is missing or shapes contradict each other
   */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    allocate: (length: number) => Float32Array,
    sizes: Map<string, number> = new Map(),
  ): HostTensor[] {
    const graph = this.#graph;
    bindFeeds(graph, feeds, sizes);
    const results = new Map(this.#computed.map((name) => {
      const shape = valueOf(graph, name).dims.map((dim) => evaluate(dim, sizes));
      return [name, { shape, data: allocate(shape.reduce((length, size) => length * size, 1)) }];
    }));
    if (this.#computed.length > 0) this.compute(feeds, results, sizes);

    const handedOut = new Set<string>();
    return graph.outputs.map((name) => {
      const result = results.get(name) ?? feeds[name];
      if (results.has(name) && !handedOut.has(name)) {
        handedOut.add(name);
        return result;
      }
      const data = allocate(result.data.length);
      data.set(result.data);
      return { shape: result.shape, data };
    });
  }

  /** Lets go of all native memory; a later `run` makes it anew. */
  dispose(): void {
    for (const specialised of this.#specialised.all()) this.#pool.release(specialised);
    this.#specialised.clear();
  }

  /**
   * Writes outputs to given memory.
   * @param results for every output that is not fed
   * @param sizes of all symbols
   */
  compute(feeds: Readonly<Record<string, HostTensor>>, results: ReadonlyMap<string, HostTensor>, sizes: ReadonlyMap<string, number>): void {
    const specialised = this.#specialised.at(sizes);
    const native = runtimeFeeds(specialised, sizes);
    for (const name of feedNames(this.#graph)) native[name] = nativeTensor(feeds[name]);
    const fetches: Record<string, Tensor> = {};
    for (const [name, result] of results) fetches[name] = nativeTensor(result);
    this.#pool.take(specialised, () => new InPlaceSession(specialised.model, this.#options)).run(native, fetches);
  }
}

export function nativeTensor({ data, shape }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape);
}
