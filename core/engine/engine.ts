import type * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph/graph.ts';

export type EngineId = 'ort' | 'tensorflow' | 'js';

/** What a person is told about an engine. */
export interface EngineInfo {
  readonly id: EngineId;
  /** Version of the library that computes. */
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  readonly available: boolean;
  /** When unavailable: why, and what would make it available. */
  readonly reason?: string;
}

/** Values that a run yields beside its result and that gradients do not flow through, by name. */
export type Statistics = Readonly<Record<string, Float32Array>>;

export interface ApplyOptions {
  /** Feeds that gradients flow to; by default every float feed that the result depends on. */
  readonly wrt?: readonly string[];
  /** Called with the outputs after the first (batch statistics, say), before `apply` returns. */
  readonly onStatistics?: (statistics: Statistics) => void;
}

/** A shortcut past tfjs for engines whose tensors live in memory of their own. */
export interface EngineMemory {
  /** A float32 tensor whose values `write` puts where they belong. */
  create(shape: readonly number[], write: (values: Float32Array) => void): tf.Tensor;
  /** Shows a float32 tensor's values in the order of its axes; they may be neither changed nor kept. */
  inspect(tensor: tf.Tensor, use: (values: Float32Array) => void): void;
}

/** Runs graphs on a tfjs backend. */
export interface Engine {
  readonly info: EngineInfo;
  /** Name of the tfjs backend on which this engine's tensors live. */
  readonly backend: string;
  /**
   * Runs a graph on tensors, one for each input, parameter and table. The result is the graph's first output, which
   * tfjs can differentiate.
   */
  apply(graph: Graph, feeds: Readonly<Record<string, tf.Tensor>>, options?: ApplyOptions): tf.Tensor;
  /** Where missing, `tf.tensor` and `dataSync` do the same with a copy more. */
  readonly memory?: EngineMemory;
}
