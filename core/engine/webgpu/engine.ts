import * as tf from '@tensorflow/tfjs';
import type { DimValues } from '../../graph/dims.ts';
import { differentiableFeeds } from '../../graph/gradient.ts';
import { bindFeeds, feedNames, type Graph } from '../../graph/graph.ts';
import { gather, scatterAdd } from '../../network/slicing.ts';
import type {
  ApplyOptions, ChainInput, ChainLink, Engine, EngineInfo, ParameterUpdate, ResidentStart, ResidentTraining, Statistics,
} from '../engine.ts';
import type { FlatParameters } from '../flatParameters.ts';
import { backendName, registerWebGpuBackend, type WebGpuBackend } from './backend.ts';
import { GpuChainRun } from './chainRun.ts';
import { GpuDevice, type GpuTensor } from './device.ts';
import type { Feed } from './graphProgram.ts';
import { Programs } from './programs.ts';
import { GpuTraining } from './resident.ts';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Runs each graph, and its derived gradient, as one session of ONNX Runtime's WebGPU provider. */
export class WebGpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly backend = backendName;
  readonly #programs: Programs;
  readonly #backend: WebGpuBackend;

  constructor(info: EngineInfo) {
    this.info = info;
    this.#programs = new Programs(new GpuDevice());
    this.#backend = registerWebGpuBackend(this.#programs.device);
  }

  apply(graph: Graph, feeds: Tensors, options: ApplyOptions = {}): tf.Tensor {
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const wrt = options.wrt ?? differentiableFeeds(graph);
    const operation = tf.customGrad((...args) => {
      if (!tf.engine().state.activeTape) return { value: this.#forward(graph, feeds, sizes, options), gradFunc: () => [] };
      const save = args[wrt.length] as tf.GradSaveFunc;
      const { graphs, forward, backward } = this.#programs.training(graph, wrt);
      const given: Record<string, tf.Tensor> = { ...feeds };
      wrt.forEach((name, i) => { given[name] = args[i] as tf.Tensor; });
      const results = forward.run(this.#feeds(graph, given), sizes);
      this.#report(graph, results, options);
      const { outputs } = graphs.forward;
      const value = this.#backend.tensor(results[0]);
      for (const [i, name] of outputs.entries()) {
        if (i === 0) given[name] = value;
        else if (graphs.kept.includes(name)) given[name] = this.#backend.tensor(results[i]);
        else results[i].native.dispose();
      }
      const remembered = [...graphs.kept, ...feedNames(graphs.backward).filter((name) => feeds[name] !== undefined)];
      save(remembered.map((name) => given[name]));
      const gradFunc = (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const known: Record<string, tf.Tensor> = { [graphs.upstream]: upstream };
        remembered.forEach((name, i) => { known[name] = saved[i]; });
        return backward.run(this.#feeds(graphs.backward, known), sizes).map((tensor) => this.#backend.tensor(tensor));
      };
      return { value, gradFunc };
    });
    return operation(...wrt.map((name) => feeds[name]));
  }

  evaluate(graph: Graph, feeds: Tensors, known?: DimValues): tf.Tensor[] {
    const sizes = new Map(known);
    bindFeeds(graph, feeds, sizes);
    return this.#programs.inference(graph).run(this.#feeds(graph, feeds), sizes).map((tensor) => this.#backend.tensor(tensor));
  }

  backpropagate(
    links: readonly ChainLink[], input: ChainInput, flat: FlatParameters, gradientOf: (result: Float32Array) => Float32Array,
  ): void {
    const { device } = this.#programs;
    const placed: GpuTensor[] = [];
    const place = ({ parameters }: ChainLink) => {
      const tensors = device.copy(parameters.map(({ shape, offset, slice }) => ({ shape, data: gather(flat.values.subarray(offset), slice) })));
      placed.push(...tensors);
      return tensors;
    };
    try {
      const gradients = new GpuChainRun(this.#programs).run(links, input, place, gradientOf);
      placed.push(...gradients.flatMap((link) => [...link.values()]));
      const moving = links.flatMap(({ parameters }, i) => parameters.flatMap((parameter) => {
        const gradient = gradients[i].get(parameter.name);
        return gradient ? [{ parameter, gradient }] : [];
      }));
      const values = device.downloadAll(moving.map(({ gradient }) => gradient));
      moving.forEach(({ parameter: { offset, slice } }, i) => scatterAdd(values[i], slice, flat.gradient.subarray(offset)));
    } finally {
      for (const { native } of placed) native.dispose();
    }
  }

  keepResident(links: readonly ChainLink[], update: ParameterUpdate, start: ResidentStart, decayed: Float32Array): ResidentTraining {
    return new GpuTraining(this.#programs, links, update, start, decayed);
  }

  #forward(graph: Graph, feeds: Tensors, sizes: ReadonlyMap<string, number>, options: ApplyOptions): tf.Tensor {
    const wanted = options.onStatistics ? graph.outputs : graph.outputs.slice(0, 1);
    const results = this.#programs.inference(graph).run(this.#feeds(graph, feeds), sizes, wanted);
    this.#report(graph, results, options);
    for (const { native } of results.slice(1)) native.dispose();
    return this.#backend.tensor(results[0]);
  }

  #feeds(graph: Graph, tensors: Tensors): Record<string, Feed> {
    return Object.fromEntries(feedNames(graph).map((name) => [name, this.#backend.feed(tensors[name])]));
  }

  /** @param results of the graph's outputs, and perhaps more behind them */
  #report(graph: Graph, results: readonly GpuTensor[], { onStatistics }: ApplyOptions): void {
    if (!onStatistics) return;
    const statistics: Statistics = Object.fromEntries(graph.outputs.slice(1).map((name, i) =>
      [name, this.#programs.device.download(results[i + 1])]));
    onStatistics(statistics);
  }
}
