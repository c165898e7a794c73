import { SharedFloats } from './wasm/sharedFloats.ts';

/** All parameters that a chain may read, and what their gradients are added to; both laid out alike. */
export interface FlatParameters {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  /** Where both lie, when they are shared: then all threads of an engine can work on them. */
  readonly memory?: SharedFloats;
}

/** Zeros for a training run. */
export function flatParameters(length: number): Required<FlatParameters> {
  const memory = new SharedFloats();
  return { memory, values: memory.allocate(length), gradient: memory.allocate(length) };
}
