import { evaluate, type Dim } from '../../../graph/dims.ts';
import { valueOf, type Graph } from '../../../graph/graph.ts';
import type { Address } from '../../wasm/arena.ts';
import type { GraphSession, HostTensor } from '../graphSession.ts';
import type { Device } from './device.ts';
import type { InnerSlots } from './innerSlots.ts';
import type { Layout } from './layout.ts';
import type { NodeGraph } from './nodes.ts';
import type { Group } from './schedule.ts';
import type { ChannelStep, Frame, ProductStep, Storage, WholeStep } from './steps.ts';

/** What a plan is fed: float32 in the arena, or an integer table in JavaScript's memory. */
export type Feed = { readonly address: Address; readonly layout: Layout } | HostTensor;

/** A group of steps that is ready to run. */
export type Part = {
  /** Storages that it makes for later parts, and those that nothing needs after it. */
  readonly made: readonly Storage[];
  readonly dead: readonly Storage[];
} & (
  | { readonly kind: 'nodes'; readonly nodes: NodeGraph; readonly session: GraphSession }
  | { readonly kind: 'kernels'; readonly group: Exclude<Group, { kind: 'nodes' }>; readonly slots: InnerSlots; readonly touched: readonly Storage[] }
);

/** Bytes that the data of one block of channels may take: within the second-level cache of current processors. */
const blockBytes = 2 ** 19;

/** Up to so many columns, a kernel of our own multiplies faster than ONNX Runtime, which rearranges the other factor. */
const thinColumns = 8;

/** One execution of a plan. */
export class Run implements Frame {
  /** Of every storage by its number; for those inside a block of channels, of the block. */
  readonly addresses: number[];
  /** Bytes from one channel to the next, zero for storages inside a block. */
  readonly #strides: number[];
  readonly #graph: Graph;
  readonly #device: Device;
  readonly #feeds: Readonly<Record<string, Feed>>;
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #evaluated = new Map<Dim, number>();
  readonly #live = new Set<Address>();
  #transposes: { readonly id: number; readonly rows: number; readonly address: Address }[] = [];
  readonly kernels: Frame['kernels'];
  readonly copy: Frame['copy'];
  readonly peers: Frame['peers'];
  readonly products: Frame['products'];
  channels = 0;
  scratch: Address = 0;
  #firstChannel = 0;

  constructor(
    graph: Graph, device: Device, storages: number, feeds: Readonly<Record<string, Feed>>, sizes: ReadonlyMap<string, number>,
  ) {
    this.#graph = graph;
    this.#device = device;
    this.kernels = device.kernels;
    this.copy = device.copy;
    this.peers = device.peers;
    this.products = device.products;
    this.#feeds = feeds;
    this.#sizes = sizes;
    this.addresses = new Array<number>(storages).fill(0);
    this.#strides = new Array<number>(storages).fill(0);
  }

  readonly size = (dim: Dim): number => {
    if (typeof dim === 'number') return dim;
    let value = this.#evaluated.get(dim);
    if (value === undefined) this.#evaluated.set(dim, value = evaluate(dim, this.#sizes));
    return value;
  };

  part(part: Part): void {
    for (const storage of part.made) this.addresses[storage.id] = this.#allocate(this.size(storage.length));
    if (part.kind === 'nodes') this.#nodes(part);
    else if (part.group.kind === 'product') this.#product(part.group);
    else if (part.group.kind === 'channels') this.#channelwise(part.group, part.slots, part.touched);
    else this.#whole(part.group, part.slots);
    for (const storage of part.dead) {
      this.#free(this.addresses[storage.id]);
      this.#forgetTransposes((id) => id === storage.id);
    }
  }

  /** To be called after the last part. */
  finish(): void {
    this.#forgetTransposes(() => true);
  }

  /** Takes back whatever the run has allocated and not yet freed. */
  abandon(): void {
    this.#live.forEach((address) => this.#free(address));
  }

  #product({ reads: [a, b], writes: [c], m, n, k, transA, transB }: ProductStep): void {
    const [rows, columns, depth] = [this.size(m), this.size(n), this.size(k)];
    if (transA && !transB && columns <= thinColumns && columns % 4 === 0) {
      const [left, right, result] = [a, b, c].map(({ id }) => this.addresses[id]);
      this.kernels.thinProduct(left, right, result, rows, columns, depth);
      return;
    }
    this.#device.products.multiply(
      { address: this.addresses[a.id], rows: transA ? depth : rows, columns: transA ? rows : depth, transposed: transA },
      { address: this.addresses[b.id], rows: transB ? columns : depth, columns: transB ? depth : columns, transposed: transB },
      this.addresses[c.id]);
  }

  #nodes({ nodes, session }: Extract<Part, { kind: 'nodes' }>): void {
    const { arena } = this.#device;
    const tensor = ({ name, storage }: { name: string; storage: Storage }): HostTensor =>
      ({ shape: valueOf(this.#graph, name).dims.map(this.size), data: arena.view(this.addresses[storage.id], this.size(storage.length)) });
    const feeds: Record<string, HostTensor> = {};
    for (const input of nodes.inputs) feeds[input.name] = tensor(input);
    for (const name of nodes.graph.tables) feeds[name] = this.#feeds[name] as HostTensor;
    session.compute(feeds, new Map(nodes.outputs.map((output) => [output.name, tensor(output)])), this.#sizes);
  }

  #whole(step: WholeStep, slots: InnerSlots): void {
    const free = this.#allocateInner(slots, (length) => this.size(length), this.#scratchOf([step]));
    this.#firstChannel = 0;
    step.run(this);
    free();
  }

  #channelwise(group: { channels: Dim; steps: readonly ChannelStep[] }, slots: InnerSlots, touched: readonly Storage[]): void {
    const channels = this.size(group.channels);
    if (channels === 0) return;
    let bytes = 0;
    const divided = new Set(group.steps.flatMap(({ reads, writes, shared }) => [...reads.filter((storage) => !shared.includes(storage)), ...writes]));
    for (const storage of touched) {
      if (!divided.has(storage)) continue;
      const stride = 4 * this.size(storage.length) / channels;
      this.#strides[storage.id] = stride;
      bytes += stride;
    }
    const blocks = Math.ceil(channels / Math.max(1, Math.floor(blockBytes / Math.max(1, bytes))));
    const block = Math.ceil(channels / blocks);
    for (const storage of slots.slotOf.keys()) this.#strides[storage.id] = 0;
    const free = this.#allocateInner(slots, (length) => block * this.size(length) / channels, this.#scratchOf(group.steps));
    for (let first = 0; first < channels; first += block) {
      this.#firstChannel = first;
      this.channels = Math.min(block, channels - first);
      for (const step of group.steps) step.run(this);
    }
    for (const storage of touched) this.#strides[storage.id] = 0;
    free();
  }

  #scratchOf(steps: readonly (ChannelStep | WholeStep)[]): number {
    return steps.reduce((most, { scratch }) => Math.max(most, scratch ? scratch(this.size) : 0), 0);
  }

  /** Places inner storages and scratch memory. @returns what takes the memory back */
  #allocateInner({ slotOf, lengths }: InnerSlots, lengthOf: (dim: Dim) => number, scratch: number): () => void {
    const addresses = lengths.map((length) => this.#allocate(lengthOf(length)));
    for (const [storage, slot] of slotOf) this.addresses[storage.id] = addresses[slot];
    if (scratch > 0) addresses.push(this.scratch = this.#allocate(scratch));
    return () => addresses.forEach((address) => this.#free(address));
  }

  #allocate(length: number): Address {
    const address = this.#device.arena.allocate(length);
    this.#live.add(address);
    return address;
  }

  #free(address: Address): void {
    this.#live.delete(address);
    this.#device.arena.free(address);
  }

  readonly transposed = ({ id }: Storage, rows: number, columns: number): Address => {
    const made = this.#transposes.find((copy) => copy.id === id && copy.rows === rows);
    if (made) return made.address;
    const address = this.#allocate(rows * columns);
    this.kernels.transpose(this.addresses[id], address, rows, columns);
    this.#transposes.push({ id, rows, address });
    return address;
  };

  #forgetTransposes(of: (id: number) => boolean): void {
    this.#transposes = this.#transposes.filter(({ id, address }) => {
      if (of(id)) this.#free(address);
      return !of(id);
    });
  }

  readonly address = ({ id }: Storage): Address => this.addresses[id] + this.#firstChannel * this.#strides[id];

  readonly start = ({ id }: Storage): Address => this.addresses[id];

  readonly view = (at: Address, length: number): Float32Array => this.#device.arena.view(at, length);
}
