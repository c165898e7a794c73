import type { Dim } from '../../../graph/dims.ts';
import { feedNames, valueOf, type Graph } from '../../../graph/graph.ts';
import type { Address } from '../../wasm/arena.ts';
import { attentionEmitters } from './attention.ts';
import type { Device } from './device.ts';
import { elementwiseEmitters, type Emitter } from './elementwise.ts';
import { innerSlots } from './innerSlots.ts';
import { jetEmitters } from './jets.ts';
import { joinAttention } from './joinAttention.ts';
import type { Layout } from './layout.ts';
import { mapEmitters } from './maps.ts';
import { nodeGraph } from './nodes.ts';
import { normEmitters } from './norms.ts';
import { Planner } from './planner.ts';
import { Run, type Feed, type Part } from './run.ts';
import { groupSteps, lifetimesOf, neededSteps, useOf } from './schedule.ts';
import { shapeEmitters } from './shapes.ts';
import { rowEmitters } from './rows.ts';
import type { Storage } from './steps.ts';
import { tokenEmitters } from './tokens.ts';

/** Of those that know an operator, the first that can plan the node does. */
const emitters: readonly Readonly<Record<string, Emitter>>[] = [
  tokenEmitters, jetEmitters, attentionEmitters, { ...elementwiseEmitters, ...mapEmitters, ...normEmitters, ...shapeEmitters }, rowEmitters,
];

export interface Result {
  /** The caller's from now on. */
  readonly address: Address;
  readonly layout: Layout;
  readonly shape: readonly number[];
}

/**
 * A graph as a sequence of kernels of our own, matrix products, and ONNX Runtime sessions for everything else. Made for
 * feeds of given layouts; serves every size.
 */
export class Plan {
  readonly #graph: Graph;
  readonly #device: Device;
  readonly #storages: readonly Storage[];
  readonly #feeds: readonly { readonly name: string; readonly storage: Storage }[];
  readonly #outputs: readonly { readonly storage: Storage; readonly layout: Layout; readonly dims: readonly Dim[] }[];
  readonly #parts: readonly Part[];

  /** @param layouts of all feeds that are float32 */
  constructor(given: Graph, layouts: ReadonlyMap<string, Layout>, device: Device) {
    const graph = isLeft(given) ? given : joinAttention(given);
    const planner = new Planner(graph, layouts, device.peers !== undefined);
    const feeds = [...layouts].map(([name, layout]) => ({ name, storage: planner.read(name, layout) }));
    const outputs = planOutputs(graph, planner, new Set(feeds.map(({ storage }) => storage)));
    const steps = isLeft(graph) ? planner.steps : neededSteps(planner.steps, outputs.map(({ storage }) => storage));
    const groups = groupSteps(steps);
    const outlasting = new Set([...feeds, ...outputs].map(({ storage }) => storage));
    const { made, inner, dead } = lifetimesOf(groups, outlasting);
    this.#graph = graph;
    this.#device = device;
    this.#storages = planner.storages;
    this.#feeds = feeds;
    this.#outputs = outputs;
    this.#parts = groups.map((group, i) => {
      const shared = { made: made[i], dead: dead[i] };
      if (group.kind === 'nodes') {
        const nodes = nodeGraph(group.steps, made[i], graph);
        return { ...shared, kind: 'nodes', nodes, session: device.session(nodes.graph) };
      }
      const { reads, writes } = useOf(group);
      return { ...shared, kind: 'kernels', group, slots: innerSlots(group, inner[i]), touched: [...reads, ...writes] };
    });
  }

  /**
   * @param feeds every feed of the graph
   * @param sizes of all symbols
   * @returns the graph's outputs, in order, each in memory of its own
   */
  run(feeds: Readonly<Record<string, Feed>>, sizes: ReadonlyMap<string, number>): Result[] {
    const run = new Run(this.#graph, this.#device, this.#storages.length, feeds, sizes);
    for (const { name, storage } of this.#feeds) run.addresses[storage.id] = (feeds[name] as { address: Address }).address;
    try {
      for (const part of this.#parts) run.part(part);
      run.finish();
    } catch (error) {
      run.abandon();
      throw error;
    }
    return this.#outputs.map(({ storage, layout, dims }) => ({ address: run.addresses[storage.id], layout, shape: dims.map(run.size) }));
  }
}

/** Integer values between nodes have no storages: such a graph is one session, for which all feeds are ready first. */
function isLeft(graph: Graph): boolean {
  return graph.nodes.some(({ outputs }) => outputs.some((name) => valueOf(graph, name).dtype === 'int32'));
}

function planOutputs(graph: Graph, planner: Planner, fed: ReadonlySet<Storage>): { storage: Storage; layout: Layout; dims: readonly Dim[] }[] {
  const leaveAll = isLeft(graph);
  if (leaveAll) for (const name of feedNames(graph)) if (valueOf(graph, name).dtype === 'float32') planner.read(name, 'declared');
  for (const node of graph.nodes) {
    if (leaveAll || !emitters.some((some) => some[node.operator]?.(node, planner))) planner.leave(node);
  }
  const given = new Set(fed);
  return graph.outputs.map((name) => {
    const layout = planner.layoutOf(name);
    let storage = planner.read(name, layout);
    if (given.has(storage)) {
      const [from, to] = [storage, planner.temporary(storage.length)];
      planner.whole([from], [to], ({ copy, address, size }) => copy(address(from), address(to), size(from.length)));
      storage = to;
    }
    given.add(storage);
    return { storage, layout, dims: planner.dims(name) };
  });
}
