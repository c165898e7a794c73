import * as tf from '@tensorflow/tfjs';
import { differentiableFeeds, differentiate } from '../../graph/gradient.ts';
import { bindFeeds, feedNames, valueOf, type Graph } from '../../graph/graph.ts';
import type { ApplyOptions, ChainInput, ChainLink, Engine, EngineInfo, Statistics } from '../engine.ts';
import { backendName, registerOrtBackend, type OrtBackend } from './backend.ts';
import { ChainRun, type Plans, type Training } from './chainRun.ts';
import { Device } from './plan/device.ts';
import type { Layout } from './plan/layout.ts';
import { Plan, type Result } from './plan/plan.ts';
import type { Feed } from './plan/run.ts';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Runs each graph, and its derived gradient, as a plan of kernels and ONNX Runtime sessions behind a tfjs custom gradient. */
export class OrtEngine implements Engine {
  readonly info: EngineInfo;
  readonly backend = backendName;
  readonly #backend: OrtBackend;
  readonly #device: Device;
  readonly #inference = new WeakMap<Graph, Plans>();
  readonly #training = new WeakMap<Graph, Map<string, Training>>();

  constructor(info: EngineInfo) {
    this.info = info;
    this.#backend = registerOrtBackend();
    this.#device = new Device(this.#backend.arena, this.#backend.kernels, info.threads);
  }

  apply(graph: Graph, feeds: Tensors, options: ApplyOptions = {}): tf.Tensor {
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    if (!tf.engine().isTapeOn()) return this.#forward(graph, feeds, sizes, options);
    const { graphs, forward, backward } = this.#prepareTraining(graph, options.wrt);
    const { wrt, kept } = graphs;
    const outputs = graphs.forward.outputs;
    const operation = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const save = args[wrt.length] as tf.GradSaveFunc;
      const given: Record<string, tf.Tensor> = { ...feeds };
      wrt.forEach((name, i) => { given[name] = args[i] as tf.Tensor; });
      const results = this.#runOnTensors(graphs.forward, forward, given, sizes);
      options.onStatistics?.(this.#statistics(graph, outputs, results));
      const value = this.#backend.tensor(results[0]);
      for (const [i, name] of outputs.entries()) {
        if (kept.includes(name)) given[name] = i === 0 ? value : this.#backend.tensor(results[i]);
        else if (i > 0) this.#backend.arena.free(results[i].address);
      }
      // By the time the gradient is asked for, the caller may have disposed even the constants.
      const remembered = feedNames(graphs.backward).filter((name) => name !== graphs.upstream);
      save(remembered.map((name) => given[name]));
      const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const known: Record<string, tf.Tensor> = { [graphs.upstream]: upstream };
        remembered.forEach((name, i) => { known[name] = saved[i]; });
        return this.#runOnTensors(graphs.backward, backward, known, sizes).map((result) => this.#backend.tensor(result));
      };
      return { value, gradFunc };
    });
    return operation(...wrt.map((name) => feeds[name]));
  }

  backpropagate(links: readonly ChainLink[], input: ChainInput, gradientOf: (result: Float32Array) => Float32Array): void {
    const prepare = (graph: Graph, wrt?: readonly string[]) => this.#prepareTraining(graph, wrt);
    new ChainRun(this.#backend, prepare, (graph, plans, feeds, sizes) => this.#run(graph, plans, feeds, sizes)).run(links, input, gradientOf);
  }

  #forward(graph: Graph, feeds: Tensors, sizes: ReadonlyMap<string, number>, options: ApplyOptions): tf.Tensor {
    let plans = this.#inference.get(graph);
    if (!plans) this.#inference.set(graph, plans = new Map());
    const results = this.#runOnTensors(graph, plans, feeds, sizes);
    options.onStatistics?.(this.#statistics(graph, graph.outputs, results));
    for (const { address } of results.slice(1)) this.#backend.arena.free(address);
    return this.#backend.tensor(results[0]);
  }

  #prepareTraining(graph: Graph, wrt?: readonly string[]): Training {
    let byNames = this.#training.get(graph);
    if (!byNames) this.#training.set(graph, byNames = new Map());
    const key = wrt?.join(' ') ?? 'all';
    let prepared = byNames.get(key);
    if (!prepared) {
      prepared = { graphs: differentiate(graph, graph.outputs[0], wrt ?? differentiableFeeds(graph)), forward: new Map(), backward: new Map() };
      byNames.set(key, prepared);
    }
    return prepared;
  }

  #runOnTensors(graph: Graph, plans: Plans, tensors: Tensors, sizes: ReadonlyMap<string, number>): Result[] {
    const feeds: Record<string, Feed> = {};
    const floats = feedNames(graph).filter((name) => valueOf(graph, name).dtype === 'float32');
    // Numbers that are fed in two shapes may have to be laid out anew for the second, so all are placed before any is used.
    for (const name of floats) this.#backend.onDevice(tensors[name]);
    for (const name of floats) feeds[name] = this.#backend.onDevice(tensors[name]);
    for (const name of graph.tables) feeds[name] = { shape: tensors[name].shape, data: this.#backend.values(tensors[name]) };
    return this.#run(graph, plans, feeds, sizes);
  }

  /** Runs a graph with a plan that suits how its feeds lie. */
  #run(graph: Graph, plans: Plans, feeds: Readonly<Record<string, Feed>>, sizes: ReadonlyMap<string, number>): Result[] {
    const layouts = new Map<string, Layout>();
    let key = '';
    for (const name of feedNames(graph)) {
      const feed = feeds[name];
      if (!('layout' in feed)) continue;
      layouts.set(name, feed.layout);
      key += feed.layout === 'declared' ? '-' : 'b';
    }
    let plan = plans.get(key);
    if (!plan) plans.set(key, plan = new Plan(graph, layouts, this.#device));
    return plan.run(feeds, sizes);
  }

  /** Copies, because the memory behind the results is recycled. */
  #statistics(graph: Graph, outputs: readonly string[], results: readonly Result[]): Statistics {
    return Object.fromEntries(graph.outputs.slice(1).map((name) => [name, this.#backend.download(results[outputs.indexOf(name)])]));
  }
}
