import type { Address, Arena } from '../wasm/arena.ts';
import { elementsOf, type DeviceData } from './deviceData.ts';

/** The blocks of an arena that a pass holds, so that none is left behind, whatever happens. */
export class LiveBlocks {
  readonly #arena: Arena;
  readonly #live = new Set<Address>();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** A new block, written by `write`. */
  place(shape: readonly number[], write: (values: Float32Array) => void): DeviceData {
    const length = elementsOf(shape);
    const address = this.#arena.allocate(length);
    this.#live.add(address);
    write(this.#arena.view(address, length));
    return { address, layout: 'declared', shape };
  }

  /** Takes over a block that others have made. */
  adopt(address: Address): void {
    this.#live.add(address);
  }

  /** Gives a block back, if it is held. */
  free(address: Address): void {
    if (this.#live.delete(address)) this.#arena.free(address);
  }

  freeAll(): void {
    this.#live.forEach((address) => this.#arena.free(address));
    this.#live.clear();
  }
}
