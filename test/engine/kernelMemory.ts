import { Random } from '../../core/base/random.ts';
import { instantiateKernels, type Kernel } from '../../core/engine/wasm/library.ts';
import { webAssembly } from '../../core/engine/wasm/platform.ts';

/** A few megabytes for kernels to work on; arrays are guarded by sentinels against writes beyond their ends. */
export class KernelMemory {
  readonly #memory = new webAssembly.Memory({ initial: 512 });
  /** Names of all that any instance has run. */
  static readonly called = new Set<string>();
  readonly kernels: Readonly<Record<string, Kernel>> = remembering(instantiateKernels(this.#memory));
  #end = 16;
  #guards: number[] = [];
  static readonly sentinel = 12345.5;

  /** Address of new memory holding the values. */
  put(values: ArrayLike<number>): number {
    const address = this.#end;
    this.#view(address, values.length).set(values);
    this.#end = address + 4 * values.length;
    this.#guards.push(this.#end);
    this.#view(this.#end, 1)[0] = KernelMemory.sentinel;
    this.#end += 4;
    return address;
  }

  /** Address of memory that holds nothing useful. */
  space(length: number): number {
    return this.put(new Float32Array(length).fill(NaN));
  }

  get(address: number, length: number): number[] {
    return [...this.#view(address, length)];
  }

  /** Whether nothing was written beyond any array's end. Forgets all arrays. */
  close(): boolean {
    const intact = this.#guards.every((address) => this.#view(address, 1)[0] === KernelMemory.sentinel);
    this.#guards = [];
    this.#end = 16;
    return intact;
  }

  #view(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }
}

function remembering(kernels: Readonly<Record<string, Kernel>>): Readonly<Record<string, Kernel>> {
  return new Proxy(kernels, {
    get(all, name: string) {
      KernelMemory.called.add(name);
      return all[name];
    },
  });
}

export function normals(random: Random, length: number, deviation = 1): Float32Array {
  return Float32Array.from({ length }, () => Math.fround(random.normal() * deviation));
}

/** Largest difference, relative to the largest expected magnitude (at least 1). */
export function worstDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  const scale = Math.max(1, ...expected.map(Math.abs));
  return actual.reduce((worst, value, i) => Math.max(worst, Number.isNaN(value) ? Infinity : Math.abs(value - expected[i]) / scale), 0);
}
