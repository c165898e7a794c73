import { differentiate, type DifferentiatedGraph } from '../../graph/gradient.ts';
import type { Graph } from '../../graph/graph.ts';
import type { GpuDevice } from './device.ts';
import { GraphProgram } from './graphProgram.ts';

/** A graph and its derivative, ready to run. */
export interface Training {
  readonly graphs: DifferentiatedGraph;
  readonly forward: GraphProgram;
  readonly backward: GraphProgram;
}

/** Programs of graphs on one device, each differentiated and written once for as long as the graph exists. */
export class Programs {
  readonly device: GpuDevice;
  readonly #inference = new WeakMap<Graph, GraphProgram>();
  readonly #training = new WeakMap<Graph, Map<string, Training>>();

  constructor(device: GpuDevice) {
    this.device = device;
  }

  /** The graph as it is. */
  inference(graph: Graph): GraphProgram {
    let program = this.#inference.get(graph);
    if (!program) this.#inference.set(graph, program = new GraphProgram(graph, this.device));
    return program;
  }

  /** @param wrt feeds that gradients are wanted of */
  training(graph: Graph, wrt: readonly string[]): Training {
    let byNames = this.#training.get(graph);
    if (!byNames) this.#training.set(graph, byNames = new Map());
    const key = wrt.join(' ');
    let training = byNames.get(key);
    if (!training) {
      const graphs = differentiate(graph, graph.outputs[0], wrt);
      training = { graphs, forward: new GraphProgram(graphs.forward, this.device), backward: new GraphProgram(graphs.backward, this.device) };
      byNames.set(key, training);
    }
    return training;
  }
}
