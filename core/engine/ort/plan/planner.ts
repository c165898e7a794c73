import { product, type Dim } from '../../../graph/dims.ts';
import { feedNames, valueOf, type Graph, type GraphNode } from '../../../graph/graph.ts';
import { layoutsCoincide, type Layout } from './layout.ts';
import type { ChannelStep, Frame, ProductStep, Storage, UnitStep, WholeStep } from './steps.ts';

/** Turns the nodes of a graph into steps: says where every value lies, and in which layouts it is at hand. */
export class Planner {
  readonly graph: Graph;
  readonly steps: UnitStep[] = [];
  readonly storages: Storage[] = [];
  readonly #places = new Map<string, Partial<Record<Layout, Storage>>>();

  /** @param layouts of the feeds that are float32; by name */
  constructor(graph: Graph, layouts: ReadonlyMap<string, Layout>) {
    this.graph = graph;
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

  /** Whether a value is at hand with the batch last. */
  isBatchLast(name: string): boolean {
    return this.#places.get(name)?.batchLast !== undefined;
  }

  /** Where a value lies in a layout; brings it there when it is only at hand in the other one. */
  read(name: string, layout: Layout): Storage {
    const place = this.#places.get(name);
    if (!place) throw new RangeError(`Graph "${this.graph.name}" has no float32 value "${name}" yet.`);
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
    scratch?: ChannelStep['scratch'],
  ): void {
    this.steps.push({ kind: 'channels', channels, reads, writes, run, scratch });
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
