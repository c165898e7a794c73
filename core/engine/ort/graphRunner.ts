import { differentiate, type DifferentiatedGraph } from '../../graph/gradient.ts';
import { feedNames, type Graph } from '../../graph/graph.ts';
import type { Device } from './plan/device.ts';
import type { Layout } from './plan/layout.ts';
import { Plan, type Result } from './plan/plan.ts';
import type { Feed } from './plan/run.ts';

/** A graph with its plans, by the layouts of its feeds. */
export interface PlannedGraph {
  readonly graph: Graph;
  readonly plans: Map<string, Plan>;
}

/** A graph and its derivative, ready to run. */
export interface Training {
  readonly graphs: DifferentiatedGraph;
  readonly forward: PlannedGraph;
  readonly backward: PlannedGraph;
}

/** Runs graphs on one device. Each is differentiated and planned once, for as long as it exists. */
export class GraphRunner {
  readonly device: Device;
  readonly #inference = new WeakMap<Graph, PlannedGraph>();
  readonly #training = new WeakMap<Graph, Map<string, Training>>();

  constructor(device: Device) {
    this.device = device;
  }

  /** The graph as it is. */
  inference(graph: Graph): PlannedGraph {
    let planned = this.#inference.get(graph);
    if (!planned) this.#inference.set(graph, planned = planning(graph));
    return planned;
  }

  /** @param wrt feeds that gradients are wanted of */
  training(graph: Graph, wrt: readonly string[]): Training {
    let byNames = this.#training.get(graph);
    if (!byNames) this.#training.set(graph, byNames = new Map());
    const key = wrt.join(' ');
    let prepared = byNames.get(key);
    if (!prepared) {
      const graphs = differentiate(graph, graph.outputs[0], wrt);
      prepared = { graphs, forward: planning(graphs.forward), backward: planning(graphs.backward) };
      byNames.set(key, prepared);
    }
    return prepared;
  }

  /**
   * Runs a graph with a plan that suits how its feeds lie.
   * @param sizes of all symbols
   * @returns the graph's outputs, in order, each in memory of its own
   */
  run({ graph, plans }: PlannedGraph, feeds: Readonly<Record<string, Feed>>, sizes: ReadonlyMap<string, number>): Result[] {
    const layouts = new Map<string, Layout>();
    let key = '';
    for (const name of feedNames(graph)) {
      const feed = feeds[name];
      if (!('layout' in feed)) continue;
      layouts.set(name, feed.layout);
      key += feed.layout === 'declared' ? '-' : 'b';
    }
    let plan = plans.get(key);
    if (!plan) plans.set(key, plan = new Plan(graph, layouts, this.device));
    return plan.run(feeds, sizes);
  }
}

function planning(graph: Graph): PlannedGraph {
  return { graph, plans: new Map() };
}
