import { evaluate } from '../../graph/dims.ts';
import { feedNames, valueOf, type Graph } from '../../graph/graph.ts';
import { encodeModel } from '../../graph/onnx/model.ts';
import type { HostTensor } from '../ort/graphSession.ts';
import { runtimeFeeds, Specialisations, type Specialised } from '../ort/specialisations.ts';
import { native, type GpuDevice, type GpuTensor, type Program } from './device.ts';
import { prepareForWebGpu } from './prepare.ts';

export type Feed = HostTensor | GpuTensor;

/** A graph ready to run on a GPU, whatever the sizes of its symbols. */
export class GraphProgram {
  readonly #graph: Graph;
  readonly #device: GpuDevice;
  /** Outputs that are computed: each once, and none that is fed. */
  readonly #computed: readonly string[];
  readonly #specialised: Specialisations;
  readonly #programs = new WeakMap<Specialised, Program>();

  constructor(graph: Graph, device: GpuDevice) {
    this.#graph = prepareForWebGpu(graph);
    this.#device = device;
    const fed = new Set(feedNames(graph));
    this.#computed = [...new Set(graph.outputs)].filter((name) => !fed.has(name));
    this.#specialised = new Specialisations(this.#graph, this.#computed);
  }

  /**
   * @param sizes of all symbols
   * @param wanted the outputs to hand out, in order; all by default
   * @returns each in memory of its own
   */
  run(feeds: Readonly<Record<string, Feed>>, sizes: ReadonlyMap<string, number>, wanted: readonly string[] = this.#graph.outputs): GpuTensor[] {
    const computed = this.#computed.filter((name) => wanted.includes(name));
    const results = new Map(this.#compute(feeds, sizes, computed).map((tensor, i) => [computed[i], tensor]));
    const handedOut = new Set<string>();
    return wanted.map((name) => {
      const result = results.get(name);
      if (!result || handedOut.has(name)) return this.#device.copy([result ?? feeds[name]])[0];
      handedOut.add(name);
      return result;
    });
  }

  #compute(feeds: Readonly<Record<string, Feed>>, sizes: ReadonlyMap<string, number>, outputs: readonly string[]): GpuTensor[] {
    if (outputs.length === 0) return [];
    const specialised = this.#specialised.at(sizes);
    let program = this.#programs.get(specialised);
    if (!program) this.#programs.set(specialised, program = { name: this.#graph.name, model: encodeModel(specialised.model) });
    const natives = runtimeFeeds(specialised, sizes);
    for (const name of feedNames(this.#graph)) natives[name] = native(feeds[name]);
    const results = this.#device.run(program, natives, outputs);
    return results.map((tensor, i) => ({ ...tensor, shape: valueOf(this.#graph, outputs[i]).dims.map((dim) => evaluate(dim, sizes)) }));
  }
}
