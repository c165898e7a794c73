import * as tf from '@tensorflow/tfjs';
import type { DimValues } from '../../graph/dims.ts';
import { differentiableFeeds } from '../../graph/gradient.ts';
import { bindFeeds, feedNames, valueOf, type Graph } from '../../graph/graph.ts';
import { gatherInto, scatterAdd } from '../../network/slicing.ts';
import type { ApplyOptions, ChainInput, ChainLink, Engine, EngineInfo, ForwardLink, GradientLink, Statistics } from '../engine.ts';
import type { FlatParameters } from '../flatParameters.ts';
import type { KernelCall } from '../kernelCalls.ts';
import type { SharedFloats } from '../wasm/sharedFloats.ts';
import { backendName, registerOrtBackend, type OrtBackend } from './backend.ts';
import { ChainRun } from './chainRun.ts';
import { runForward } from './forwardRun.ts';
import { GraphRunner, type PlannedGraph } from './graphRunner.ts';
import { Device } from './plan/device.ts';
import type { Result } from './plan/plan.ts';
import type { Feed } from './plan/run.ts';
import { shareBatch } from './team/shares.ts';
import { Team } from './team/team.ts';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Runs each graph, and its derived gradient, as a plan of kernels and ONNX Runtime sessions behind a tfjs custom gradient. */
export class OrtEngine implements Engine {
  readonly info: EngineInfo;
  readonly backend = backendName;
  readonly #backend: OrtBackend;
  readonly #runner: GraphRunner;
  /** Bytes that each thread's arena may grow to. */
  readonly #ceilingBytes: number;
  #team: Team | undefined;

  /** @param memoryBytes that the arenas of all threads may take together */
  constructor(info: EngineInfo, memoryBytes = Infinity) {
    this.info = info;
    this.#backend = registerOrtBackend();
    this.#ceilingBytes = memoryBytes / info.threads;
    this.#runner = new GraphRunner(new Device(this.#backend.arena, this.#backend.kernels, info.threads));
  }

  apply(graph: Graph, feeds: Tensors, options: ApplyOptions = {}): tf.Tensor {
    this.#limitMemory();
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const wrt = options.wrt ?? differentiableFeeds(graph);
    const training = this.#runner.training(graph, wrt);
    const { graphs } = training;
    const { outputs } = graphs.forward;
    const operation = tf.customGrad((...args) => {
      if (!tf.engine().state.activeTape) return { value: this.#forward(graph, feeds, sizes, options), gradFunc: () => [] };
      const save = args[wrt.length] as tf.GradSaveFunc;
      const given: Record<string, tf.Tensor> = { ...feeds };
      wrt.forEach((name, i) => { given[name] = args[i] as tf.Tensor; });
      const results = this.#run(training.forward, given, sizes);
      options.onStatistics?.(this.#statistics(graph, outputs, results));
      const value = this.#backend.tensor(results[0]);
      for (const [i, name] of outputs.entries()) {
        if (i === 0) given[name] = value;
        else if (graphs.kept.includes(name)) given[name] = this.#backend.tensor(results[i]);
        else this.#backend.arena.free(results[i].address);
      }
      const remembered = [...graphs.kept, ...feedNames(graphs.backward).filter((name) => feeds[name] !== undefined)];
      save(remembered.map((name) => given[name]));
      const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const known: Record<string, tf.Tensor> = { [graphs.upstream]: upstream };
        remembered.forEach((name, i) => { known[name] = saved[i]; });
        return this.#run(training.backward, known, sizes).map((result) => this.#backend.tensor(result));
      };
      return { value, gradFunc };
    });
    return operation(...wrt.map((name) => feeds[name]));
  }

  evaluate(graph: Graph, feeds: Tensors, known?: DimValues): tf.Tensor[] {
    this.#limitMemory();
    const sizes = new Map(known);
    bindFeeds(graph, feeds, sizes);
    return this.#run(this.#runner.inference(graph), feeds, sizes).map((result) => this.#backend.tensor(result));
  }

  backpropagate(
    links: readonly ChainLink[], input: ChainInput, flat: FlatParameters, gradientOf: (result: Float32Array) => Float32Array,
  ): void {
    this.#limitMemory();
    if (flat.memory && this.#isShared(input)) {
      this.#startedTeam().backpropagate(links, input, { ...flat, memory: flat.memory }, gradientOf);
      return;
    }
    new ChainRun(this.#runner, {
      read: ({ offset, slice }, values) => gatherInto(flat.values.subarray(offset), slice, values),
      accept: ({ offset, slice }, gradient) => scatterAdd(gradient, slice, flat.gradient.subarray(offset)),
      gradientOf,
    }).run(links, input);
  }

  gradientProducts(links: readonly GradientLink[], input: ChainInput): Float64Array {
    this.#limitMemory();
    return this.#startedTeam().gradientProducts(links, input);
  }

  runKernels(memory: SharedFloats, calls: readonly KernelCall[]): void {
    if (this.info.threads > 1 && calls.length > 1) this.#startedTeam().runKernels(memory, calls);
    else for (const { kernel, parameters } of calls) memory.kernels[kernel](...parameters);
  }

  /** Whether there are images enough for more than one thread. */
  #isShared({ shape: [batch] }: ChainInput): boolean {
    return shareBatch(batch, this.info.threads).length > 1;
  }

  #startedTeam(): Team {
    const { arena, kernels } = this.#backend;
    return this.#team ??= new Team(this.info.threads, (collective) => new Device(arena, kernels, 1, collective), this.#ceilingBytes);
  }

  /** All ort engines share the backend's memory, which keeps to the limit of whichever is at work. */
  #limitMemory(): void {
    this.#backend.arena.ceilingBytes = this.#ceilingBytes;
  }

  forward(links: readonly ForwardLink[], input: ChainInput, onStatistics?: (link: number, statistics: Statistics) => void): Float32Array {
    this.#limitMemory();
    if (!this.#isShared(input)) return runForward(this.#runner, links, input, onStatistics);
    return this.#startedTeam().forward(links, input, onStatistics);
  }

  #forward(graph: Graph, feeds: Tensors, sizes: ReadonlyMap<string, number>, options: ApplyOptions): tf.Tensor {
    const results = this.#run(this.#runner.inference(graph), feeds, sizes);
    options.onStatistics?.(this.#statistics(graph, graph.outputs, results));
    for (const { address } of results.slice(1)) this.#backend.arena.free(address);
    return this.#backend.tensor(results[0]);
  }

  #run(planned: PlannedGraph, tensors: Tensors, sizes: ReadonlyMap<string, number>): Result[] {
    const { graph } = planned;
    const feeds: Record<string, Feed> = {};
    const floats = feedNames(graph).filter((name) => valueOf(graph, name).dtype === 'float32');
    // Numbers that are fed in two shapes may have to be laid out anew for the second, so all are placed before any is used.
    for (const name of floats) this.#backend.onDevice(tensors[name]);
    for (const name of floats) feeds[name] = this.#backend.onDevice(tensors[name]);
    for (const name of graph.tables) feeds[name] = { shape: tensors[name].shape, data: this.#backend.values(tensors[name]) };
    return this.#runner.run(planned, feeds, sizes);
  }

  /** Copies, because the memory behind the results is recycled. */
  #statistics(graph: Graph, outputs: readonly string[], results: readonly Result[]): Statistics {
    return Object.fromEntries(graph.outputs.slice(1).map((name) => [name, this.#backend.download(results[outputs.indexOf(name)])]));
  }
}
