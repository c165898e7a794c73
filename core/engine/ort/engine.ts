import * as tf from '@tensorflow/tfjs';
import { differentiableFeeds, differentiate, type DifferentiatedGraph } from '../../graph/gradient.ts';
import { feedNames, requireFeeds, type Graph } from '../../graph/graph.ts';
import type { ApplyOptions, Engine, EngineInfo, Statistics } from '../engine.ts';
import { backendName, registerOrtBackend, type OrtBackend } from './backend.ts';
import { GraphSession, type HostTensor } from './graphSession.ts';
import { SessionPool } from './sessionPool.ts';

interface Training {
  readonly graphs: DifferentiatedGraph;
  readonly forward: GraphSession;
  readonly backward: GraphSession;
}

/** Runs each graph as one ONNX Runtime session, and its derived gradient as another, behind a tfjs custom gradient. */
export class OrtEngine implements Engine {
  readonly info: EngineInfo;
  readonly backend = backendName;
  readonly #backend: OrtBackend;
  readonly #sessions: SessionPool;
  readonly #inference = new WeakMap<Graph, GraphSession>();
  readonly #training = new WeakMap<Graph, Map<string, Training>>();

  constructor(info: EngineInfo) {
    this.info = info;
    this.#sessions = new SessionPool(info.threads);
    this.#backend = registerOrtBackend();
  }

  apply(graph: Graph, feeds: Readonly<Record<string, tf.Tensor>>, options: ApplyOptions = {}): tf.Tensor {
    requireFeeds(graph, feeds);
    if (!tf.engine().isTapeOn()) return this.#forward(graph, feeds, options);
    const { graphs, forward, backward } = this.#prepareTraining(graph, options.wrt ?? differentiableFeeds(graph));
    const { wrt, kept } = graphs;
    const outputs = graphs.forward.outputs;
    const operation = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const save = args[wrt.length] as tf.GradSaveFunc;
      const given: Record<string, tf.Tensor> = { ...feeds, ...Object.fromEntries(wrt.map((name, i) => [name, args[i] as tf.Tensor])) };
      const sizes = new Map<string, number>();
      const results = forward.run(this.#host(graph, given), this.#allocate, sizes);
      if (options.onStatistics) options.onStatistics(statisticsOf(graph, outputs, results));
      const value = this.#tensor(results[0]);
      for (const name of kept) given[name] = name === outputs[0] ? value : this.#tensor(results[outputs.indexOf(name)]);
      for (const [i, name] of outputs.entries()) if (i > 0 && !kept.includes(name)) this.#backend.release(results[i].data);
      // By the time the gradient is asked for, the caller may have disposed even the constants.
      const remembered = feedNames(graphs.backward).filter((name) => name !== graphs.upstream);
      save(remembered.map((name) => given[name]));
      const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const known: Record<string, tf.Tensor> = { [graphs.upstream]: upstream };
        remembered.forEach((name, i) => { known[name] = saved[i]; });
        return backward.run(this.#host(graphs.backward, known), this.#allocate, sizes).map((result) => this.#tensor(result));
      };
      return { value, gradFunc };
    });
    return operation(...wrt.map((name) => feeds[name]));
  }

  #forward(graph: Graph, feeds: Readonly<Record<string, tf.Tensor>>, options: ApplyOptions): tf.Tensor {
    let session = this.#inference.get(graph);
    if (!session) this.#inference.set(graph, session = this.#session(graph));
    const results = session.run(this.#host(graph, feeds), this.#allocate);
    if (options.onStatistics) options.onStatistics(statisticsOf(graph, graph.outputs, results));
    for (const { data } of results.slice(1)) this.#backend.release(data);
    return this.#tensor(results[0]);
  }

  #prepareTraining(graph: Graph, wrt: readonly string[]): Training {
    let byNames = this.#training.get(graph);
    if (!byNames) this.#training.set(graph, byNames = new Map());
    const key = wrt.join(' ');
    let prepared = byNames.get(key);
    if (!prepared) {
      const graphs = differentiate(graph, graph.outputs[0], wrt);
      prepared = { graphs, forward: this.#session(graphs.forward), backward: this.#session(graphs.backward) };
      byNames.set(key, prepared);
    }
    return prepared;
  }

  #session(graph: Graph): GraphSession {
    return new GraphSession(graph, { threads: this.info.threads }, this.#sessions);
  }

  #allocate = (length: number): Float32Array => this.#backend.allocate(length);

  #tensor({ data, shape }: HostTensor): tf.Tensor {
    return this.#backend.tensor(data as Float32Array, shape);
  }

  #host(graph: Graph, tensors: Readonly<Record<string, tf.Tensor>>): Record<string, HostTensor> {
    return Object.fromEntries(feedNames(graph).map((name) =>
      [name, { shape: tensors[name].shape, data: this.#backend.values(tensors[name]) }]));
  }
}

/** Copies, because the memory behind the results is recycled. */
function statisticsOf(graph: Graph, outputs: readonly string[], results: readonly HostTensor[]): Statistics {
  return Object.fromEntries(graph.outputs.slice(1).map((name) => [name, Float32Array.from(results[outputs.indexOf(name)].data)]));
}
