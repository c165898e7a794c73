import { EnvironmentError } from '../../base/errors.ts';
import { instantiateSharedKernels, type Kernel } from './library.ts';
import { pageBytes, webAssembly, type WasmMemory } from './platform.ts';

/** What 32-bit addresses reach. Only what is given out takes memory. */
const mostPages = 2 ** 16 - 1;
const alignment = 64;

/**
 * Memory that all threads and their kernels work on, given out in arrays that last as long as it does: for what lives as
 * long as a training run.
 */
export class SharedFloats {
  /** Can be sent to other threads. */
  readonly memory: WasmMemory;
  readonly kernels: Readonly<Record<string, Kernel>>;
  #end = alignment;

  /** @param memory of another instance, to work on its arrays; only one of them may allocate */
  constructor(memory: WasmMemory = new webAssembly.Memory({ initial: 1, maximum: mostPages, shared: true })) {
    this.memory = memory;
    this.kernels = instantiateSharedKernels(memory);
  }

  /** Zeros. @throws EnvironmentError `out-of-memory` */
  allocate(length: number): Float32Array {
    const start = this.#end;
    const end = start + Math.ceil(4 * length / alignment) * alignment;
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / pageBytes);
    try {
      if (missing > 0) this.memory.grow(missing);
    } catch (cause) {
      throw new EnvironmentError('out-of-memory',
        `There is no memory for ${length} more numbers; use a smaller network or fewer threads.`, { cause });
    }
    this.#end = end;
    return new Float32Array(this.memory.buffer, start, length);
  }
}
