import type { Engine } from './engine.ts';
import type { SharedFloats } from './wasm/sharedFloats.ts';

/** A kernel of the library with its parameters. */
export interface KernelCall {
  readonly kernel: string;
  readonly parameters: readonly number[];
}

/** Elements of a call that threads share out: a fraction of a millisecond. */
const chunkLength = 2 ** 17;

/** Runs kernels on shared memory, in any order: on all threads of an engine that has several, else one after the other. */
export function runKernels(engine: Engine | undefined, memory: SharedFloats, calls: readonly KernelCall[]): void {
  if (engine?.runKernels) engine.runKernels(memory, calls);
  else for (const { kernel, parameters } of calls) memory.kernels[kernel](...parameters);
}

/** Cuts a stretch of an array into pieces for several threads. */
export function chunksOf(offset: number, length: number): { readonly offset: number; readonly length: number }[] {
  const count = Math.ceil(length / chunkLength);
  return Array.from({ length: count }, (_, i) => ({
    offset: offset + i * chunkLength, length: Math.min(chunkLength, length - i * chunkLength),
  }));
}
