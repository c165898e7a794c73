import { product, type Dim } from '../../../graph/dims.ts';
import { feedNames, producers, valueOf, type Graph, type GraphNode } from '../../../graph/graph.ts';
import { layoutsCoincide, type Layout } from './layout.ts';
import type { ChannelStep, Frame, ProductStep, Storage, UnitStep, WholeStep } from './steps.ts';

/** A value that is another one seen differently, so that most readers need no copy. */
export type View = {
  readonly layout: Layout;
  /** Writes the value to memory. */
  readonly materialise: (to: Storage) => void;
} & (
  /** `swapped`: another value with the last two axes exchanged; `spread`: one repeated along all axes but the first. */
  | { readonly kind: 'swapped' | 'spread'; readonly source: string }
  /** The numbers of a storage that has the given axes, in another order: axis i of the value is axis permutation[i]. */
  | { readonly kind: 'permuted'; readonly storage: Storage; readonly dims: readonly Dim[]; readonly permutation: readonly number[] }
);

/** Turns the nodes of a graph into steps: says where every value lies, and in which layouts it is at hand. */
export class Planner {
  readonly graph: Graph;
  /** Whether others have a part of the batch, so that statistics of the batch take an exchange. */
  readonly sharesBatch: boolean;
  readonly steps: UnitStep[] = [];
  readonly storages: Storage[] = [];
  readonly #places = new Map<string, Partial<Record<Layout, Storage>>>();
  readonly #views = new Map<string, View>();
  readonly #producers: ReadonlyMap<string, GraphNode>;
  readonly #consumers = new Map<string, GraphNode[]>();

  /** @param layouts of the feeds that are float32; by name */
  constructor(graph: Graph, layouts: ReadonlyMap<string, Layout>, sharesBatch: boolean) {
    this.graph = graph;
    this.sharesBatch = sharesBatch;
    this.#producers = producers(graph);
    for (const node of graph.nodes) {
      for (const name of new Set(node.inputs)) this.#consumers.set(name, [...this.#consumers.get(name) ?? [], node]);
    }
    for (const name of feedNames(graph)) {
      const layout = layouts.get(name);
      if (layout) this.write(name, layout);
    }
  }

  dims(name: string): readonly Dim[] {
    return valueOf(this.graph, name).dims;
  }

  /** The value of a constant of rank 0, or undefined for other names. */
  scalar(name: string): Dim | undefined {
    return this.graph.scalars.get(name);
  }

  /** The node that makes a value, or undefined for feeds. */
  producer(name: string): GraphNode | undefined {
    return this.#producers.get(name);
  }

  /** The node that reads a value, when nothing else does. */
  onlyConsumer(name: string): GraphNode | undefined {
    const consumers = this.#consumers.get(name) ?? [];
    return consumers.length === 1 && !this.graph.outputs.includes(name) ? consumers[0] : undefined;
  }

  /** The nodes that read a value. */
  consumers(name: string): readonly GraphNode[] {
    return this.#consumers.get(name) ?? [];
  }

  /** Whether a value has been planned already. */
  has(name: string): boolean {
    return this.#places.has(name);
  }

  /** Whether a value is at hand with the batch last. */
  isBatchLast(name: string): boolean {
    return this.#places.get(name)?.batchLast !== undefined || this.#views.get(name)?.layout === 'batchLast';
  }

  /** Says how a value is to be made if a reader wants it in memory, and what it is for readers that can do without. */
  view(name: string, view: View): void {
    this.#views.set(name, view);
    this.#places.set(name, {});
  }

  /** What a value is a view of, as long as it is not in memory itself. */
  viewOf(name: string): View | undefined {
    return this.#views.get(name);
  }

  /** Where a value lies in a layout; brings it there when it is only at hand in the other one. */
  read(name: string, layout: Layout): Storage {
    const place = this.#places.get(name);
    if (!place) throw new RangeError(`Graph "${this.graph.name}" has no float32 value "${name}" yet.`);
    const view = this.#views.get(name);
    if (view) {
      this.#views.delete(name);
      view.materialise(this.write(name, view.layout));
    }
    const there = place[layout];
    if (there) return there;
    const from = place[layout === 'batchLast' ? 'declared' : 'batchLast']!;
    const dims = this.dims(name);
    if (layoutsCoincide(dims)) return place[layout] = from;
    const to = this.#storage(product(...dims));
    const [outer, inner] = [dims[0], product(...dims.slice(1))];
    const [rows, columns] = layout === 'batchLast' ? [outer, inner] : [inner, outer];
    this.whole([from], [to], ({ kernels, address, size }) =>
      kernels.transpose(address(from), address(to), size(rows), size(columns)));
    return place[layout] = to;
  }

  /** A new place for a value. */
  write(name: string, layout: Layout): Storage {
    const storage = this.#storage(product(...this.dims(name)));
    this.alias(name, layout, storage);
    return storage;
  }

  /** Says that a value's numbers are those of a storage. */
  alias(name: string, layout: Layout, storage: Storage): void {
    const place = this.#places.get(name) ?? {};
    place[layout] = storage;
    if (layoutsCoincide(this.dims(name))) place.declared = place.batchLast = storage;
    this.#places.set(name, place);
  }

  /** The layout in which a value was made. */
  layoutOf(name: string): Layout {
    return this.isBatchLast(name) && !layoutsCoincide(this.dims(name)) ? 'batchLast' : 'declared';
  }

  /** Memory for an intermediate result. */
  temporary(...dims: readonly Dim[]): Storage {
    return this.#storage(product(...dims));
  }

  channelwise(
    channels: Dim, reads: readonly Storage[], writes: readonly Storage[], run: (frame: Frame) => void,
    scratch?: ChannelStep['scratch'], shared: readonly Storage[] = [],
  ): void {
    this.steps.push({ kind: 'channels', channels, reads: [...reads, ...shared], writes, run, scratch, shared });
  }

  whole(reads: readonly Storage[], writes: readonly Storage[], run: (frame: Frame) => void, scratch?: WholeStep['scratch']): void {
    this.steps.push({ kind: 'whole', reads, writes, run, scratch });
  }

  product(a: Storage, b: Storage, c: Storage, shape: Pick<ProductStep, 'm' | 'n' | 'k'> & { transA?: boolean; transB?: boolean }): void {
    const { m, n, k, transA = false, transB = false } = shape;
    this.steps.push({ kind: 'product', reads: [a, b], writes: [c], m, n, k, transA, transB });
  }

  /** Leaves a node to ONNX Runtime. */
  leave(node: GraphNode): void {
    const isTable = (name: string) => this.graph.tables.includes(name) || valueOf(this.graph, name).dtype === 'int32';
    const storages = new Map<string, Storage>();
    for (const name of node.inputs) {
      if (this.scalar(name) === undefined && !isTable(name)) storages.set(name, this.read(name, 'declared'));
    }
    const reads = [...storages.values()];
    const writes = node.outputs.map((name) => this.write(name, 'declared'));
    node.outputs.forEach((name, i) => storages.set(name, writes[i]));
    this.steps.push({ kind: 'node', node, reads, writes, storages });
  }

  #storage(length: Dim): Storage {
    const storage = { id: this.storages.length, length };
    this.storages.push(storage);
    return storage;
  }
}
