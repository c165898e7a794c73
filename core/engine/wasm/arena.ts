import { EnvironmentError } from '../../base/errors.ts';
import { pageBytes, webAssembly, type WasmMemory } from './platform.ts';

/** Where a block of memory starts, in bytes. */
export type Address = number;

/** Blocks start on cache lines. */
const alignment = 64;
const mebibyte = 2 ** 20;
/** What 32-bit addresses reach, less one page so that no end overflows. */
const addressable = 2 ** 32 - pageBytes;

/**
 * The memory that kernels work on, given out in blocks. It grows when needed and never shrinks; freed blocks are used
 * again, lowest addresses first, so that what was written last is read from the cache. Growing detaches all views.
 */
export class Arena {
  readonly memory: WasmMemory;
  #ceilingBytes = addressable;
  /** Free stretches by rising address, none touching the next. */
  readonly #free: { start: Address; bytes: number }[] = [];
  readonly #used = new Map<Address, number>();
  #usedBytes = 0;

  constructor(ceilingBytes = Infinity) {
    this.ceilingBytes = ceilingBytes;
    this.memory = new webAssembly.Memory({ initial: 1 });
    this.#free.push({ start: alignment, bytes: pageBytes - alignment });
  }

  /** Bytes that it may grow to, at most 4 GiB. What it has already it keeps. */
  get ceilingBytes(): number {
    return this.#ceilingBytes;
  }

  set ceilingBytes(bytes: number) {
    this.#ceilingBytes = Math.floor(Math.min(bytes, addressable) / pageBytes) * pageBytes;
  }

  /** Bytes given out. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Room for `length` float32, with unspecified contents. @throws EnvironmentError `out-of-memory` */
  allocate(length: number): Address {
    const bytes = Math.max(1, Math.ceil(4 * length / alignment)) * alignment;
    let at = this.#free.findIndex((stretch) => stretch.bytes >= bytes);
    if (at < 0) {
      this.#grow(bytes);
      at = this.#free.length - 1;
    }
    const stretch = this.#free[at];
    const start = stretch.start;
    if (stretch.bytes === bytes) this.#free.splice(at, 1);
    else {
      stretch.start += bytes;
      stretch.bytes -= bytes;
    }
    this.#used.set(start, bytes);
    this.#usedBytes += bytes;
    return start;
  }

  /** Takes a block back. @throws RangeError for an address that was not given out */
  free(start: Address): void {
    const bytes = this.#used.get(start);
    if (bytes === undefined) throw new RangeError(`No block starts at ${start}.`);
    this.#used.delete(start);
    this.#usedBytes -= bytes;
    this.#insert(start, bytes);
  }

  /** The numbers of a block, in place; valid until the next `allocate`. */
  view(start: Address, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, start, length);
  }

  #insert(start: Address, bytes: number): void {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle].start < start) low = middle + 1;
      else high = middle;
    }
    const before = this.#free[low - 1];
    const after = this.#free[low];
    const joinsBefore = before !== undefined && before.start + before.bytes === start;
    const joinsAfter = after !== undefined && start + bytes === after.start;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#free.splice(low, 1);
    } else if (joinsAfter) {
      after.start = start;
      after.bytes += bytes;
    } else this.#free.splice(low, 0, { start, bytes });
  }

  /** Makes the stretch at the end at least `bytes` long, and longer the larger the memory is already. */
  #grow(bytes: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const missing = bytes - (last && last.start + last.bytes === end ? last.bytes : 0);
    const room = Math.max(0, this.#ceilingBytes - end);
    const wanted = Math.max(missing, Math.min(16 * mebibyte, room), Math.min(end / 4, room));
    const pages = Math.ceil(wanted / pageBytes);
    if (pages * pageBytes > room) throw this.#exhausted(missing);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw this.#exhausted(missing, cause);
    }
    this.#insert(end, pages * pageBytes);
  }

  #exhausted(bytes: number, cause?: unknown): EnvironmentError {
    const inMebibytes = (size: number) => `${Math.ceil(size / mebibyte)} MiB`;
    return new EnvironmentError('out-of-memory',
      `A thread of the engine needs ${inMebibytes(this.memory.buffer.byteLength + bytes)} of memory, but each may have ${inMebibytes(this.#ceilingBytes)}. `
      + 'Use a smaller batch size or a lower resolution, or raise the limit where one is set.', { cause });
  }
}
