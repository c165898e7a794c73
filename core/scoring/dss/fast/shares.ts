import type { Address } from '../../../engine/wasm/arena.ts';
import type { Weights } from '../../../model/weights.ts';
import { blockParameters } from '../../../network/blockGraph.ts';
import type { Block } from '../../../network/blocks.ts';
import { gatherInto, sliceOf } from '../../../network/slicing.ts';
import { alwaysAbsolute, type WeightSigns } from '../terms.ts';
import type { FastDevice } from './device.ts';

/** One block's share of the weights, for all networks whose block has the same shape. */
export class BlockShare {
  /** Of the block and the shape of its share. */
  readonly key: string;
  readonly #device: FastDevice;
  readonly #weights: Weights;
  readonly #signs: WeightSigns;
  readonly #block: Block;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #addresses = new Map<string, Address>();
  readonly #values = new Map<unknown, unknown>();
  #bytes = 0;

  constructor(device: FastDevice, weights: Weights, signs: WeightSigns, block: Block, key: string) {
    this.key = key;
    this.#device = device;
    this.#weights = weights;
    this.#signs = signs;
    this.#block = block;
    this.#shapes = new Map(blockParameters(block).map(({ name, shape }) => [name, shape]));
  }

  /** Bytes of the device's memory that it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where a parameter lies, as the network runs with it. */
  at(name: string): Address {
    const length = this.#length(name);
    return this.keep(name, length, (values, address) => {
      this.#gather(name, values);
      if (this.#isAbsolute(name)) this.#device.kernels.abs(address, address, length);
    });
  }

  /** Where the magnitudes of a parameter lie. */
  magnitudes(name: string): Address {
    if (this.#isAbsolute(name)) return this.at(name);
    const length = this.#length(name);
    return this.keep(`|${name}|`, length, (values, address) => {
      this.#gather(name, values);
      this.#device.kernels.abs(address, address, length);
    });
  }

  /** A copy of a parameter as the network runs with it. */
  read(name: string): Float32Array {
    const values = new Float32Array(this.#length(name));
    this.#gather(name, values);
    if (this.#isAbsolute(name)) for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]);
    return values;
  }

  shape(name: string): readonly number[] {
    const shape = this.#shapes.get(name);
    if (!shape) throw new RangeError(`Block "${this.#block.name}" has no parameter "${name}".`);
    return shape;
  }

  /** Numbers that follow from the weights, computed once and kept in the device's memory. */
  keep(key: string, length: number, fill: (values: Float32Array, address: Address) => void): Address {
    let address = this.#addresses.get(key);
    if (address === undefined) {
      const { arena } = this.#device;
      address = arena.allocate(length);
      fill(arena.view(address, length), address);
      this.#addresses.set(key, address);
      this.#bytes += 4 * length;
    }
    return address;
  }

  /** Anything else that follows from the weights, computed once. @param key also an object that it belongs to */
  remember<T>(key: string | object, compute: () => T): T {
    if (!this.#values.has(key)) this.#values.set(key, compute());
    return this.#values.get(key) as T;
  }

  dispose(): void {
    for (const address of this.#addresses.values()) this.#device.arena.free(address);
    this.#addresses.clear();
    this.#bytes = 0;
  }

  #isAbsolute(name: string): boolean {
    return this.#signs === 'absolute' || alwaysAbsolute.has(name);
  }

  #length(name: string): number {
    return this.shape(name).reduce((size, dim) => size * dim, 1);
  }

  #gather(name: string, values: Float32Array): void {
    const placed = this.#weights.placed(`${this.#block.name}.${name}`);
    gatherInto(this.#weights.view(placed), sliceOf(placed.shape, this.shape(name), placed.slice), values);
  }
}

/** The shares that are in use, up to a number of bytes; the ones used longest ago go first. */
export class BlockShares {
  readonly #make: (block: Block, key: string) => BlockShare;
  readonly #budgetBytes: number;
  readonly #shares = new Map<string, BlockShare>();

  constructor(device: FastDevice, weights: Weights, signs: WeightSigns, budgetBytes: number) {
    this.#make = (block, key) => new BlockShare(device, weights, signs, block, key);
    this.#budgetBytes = budgetBytes;
  }

  /** Valid until the next call. @param key tells blocks of the same name apart by their shapes */
  of(block: Block, key: string): BlockShare {
    const name = `${block.name} ${key}`;
    const share = this.#shares.get(name) ?? this.#make(block, name);
    this.#shares.delete(name);
    this.#freeUntil(this.#budgetBytes);
    this.#shares.set(name, share);
    return share;
  }

  dispose(): void {
    this.#freeUntil(-1);
  }

  #freeUntil(bytes: number): void {
    let used = 0;
    for (const share of this.#shares.values()) used += share.bytes;
    for (const [name, share] of this.#shares) {
      if (used <= bytes) return;
      used -= share.bytes;
      share.dispose();
      this.#shares.delete(name);
    }
  }
}
