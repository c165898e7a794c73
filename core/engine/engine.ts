import type * as tf from '@tensorflow/tfjs';
import type { DimValues } from '../graph/dims.ts';
import type { Graph } from '../graph/graph.ts';
import type { ParameterShare } from '../network/slicing.ts';
import type { FlatParameters } from './flatParameters.ts';
import type { KernelCall } from './kernelCalls.ts';
import type { SharedFloats } from './wasm/sharedFloats.ts';

export type EngineId = 'ort' | 'tensorflow' | 'webgpu' | 'js';

/** What a person is told about an engine. */
export interface EngineInfo {
  readonly id: EngineId;
  /** Version of the library that computes. */
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  readonly available: boolean;
  /** When unavailable: why, and what a person can do about it; each a sentence or two. */
  readonly reason?: string;
  readonly remedy?: string;
}

/** Values that a run yields beside its result and that gradients do not flow through, by name. */
export type Statistics = Readonly<Record<string, Float32Array>>;

export interface ApplyOptions {
  /** Feeds that gradients flow to; by default every float feed that the result depends on. */
  readonly wrt?: readonly string[];
  /** Called with the outputs after the first (batch statistics, say), before `apply` returns. */
  readonly onStatistics?: (statistics: Statistics) => void;
}

/** One graph of a chain: its only input is the result of the one before. */
export interface ChainLink {
  readonly graph: Graph;
  /** One for each parameter of the graph. */
  readonly parameters: readonly ChainParameter[];
  readonly tables: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Int32Array }>>;
}

/** A parameter of a graph as a part of flat buffers. */
export interface ChainParameter extends ParameterShare {
  /** In its graph. */
  readonly name: string;
}

/** One graph of a chain that is only run forward. */
export interface ForwardLink {
  readonly graph: Graph;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array }[];
  readonly tables: ChainLink['tables'];
}

/** One graph of a chain whose images do not mix, and what the gradient of each image is wanted of. */
export interface GradientLink extends ForwardLink {
  /** From the graph's feeds and its result's gradient, the last input, to the gradients of `wanted` and then of what flows in. */
  readonly gradient: Graph;
  /** Parameters whose gradients the gradient graph yields, in this order. */
  readonly wanted: readonly string[];
}

/** What flows into a chain. */
export interface ChainInput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How parameters, and what is remembered of them, change in a step: a graph that runs where they are. */
export interface ParameterUpdate {
  /** Takes matrices [rows, columns], `parameters`, `gradient` and `decayed` among them, and numbers of rank 0. */
  readonly graph: Graph;
  /** Inputs that an output takes the place of for the next step, `parameters` included. */
  readonly carried: Readonly<Record<string, string>>;
}

/** Flat buffers by the names of an update's inputs. */
export type ResidentStart = Readonly<{ parameters: Float32Array } & Record<string, Float32Array>>;

/** Training of one network whose parameters and optimizer state stay in an engine's memory from step to step. */
export interface ResidentTraining {
  /**
   * One step: the chain forward and backward, and the update.
   * @param numbers those inputs of the update that are no matrices
   * @param gradientOf given the chain's result in the order of its axes, the gradient that flows back from it
   */
  step(input: ChainInput, numbers: Readonly<Record<string, number>>, gradientOf: (result: Float32Array) => Float32Array): void;
  /** A copy of the parameters, or of something else that the update carries. @throws RangeError for an unknown name */
  read(name: string): Float32Array;
  /** Gives the memory back. */
  dispose(): void;
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
  /**
   * Runs any graph, derived ones too, on tensors. Nothing is recorded for gradients.
   * @param known sizes of symbols that the feeds alone do not tell
   * @returns every output, in order, each a tensor of its own
   */
  evaluate(graph: Graph, feeds: Readonly<Record<string, tf.Tensor>>, known?: DimValues): tf.Tensor[];
  /**
   * Runs a chain forward.
   * @param onStatistics called for each link with what its graph yields beside its result
   * @returns the result in the order of its axes
   */
  forward?(links: readonly ForwardLink[], input: ChainInput, onStatistics?: (link: number, statistics: Statistics) => void): Float32Array;
  /**
   * Runs a chain forward and backward, and adds the parameters' gradients to those in `flat`.
   * @param gradientOf given the chain's result in the order of its axes, the gradient that flows back from it
   */
  backpropagate?(
    links: readonly ChainLink[], input: ChainInput, flat: FlatParameters, gradientOf: (result: Float32Array) => Float32Array,
  ): void;
  /**
   * How alike the images' gradients are: with g_i the gradient of the sum of image i's result, by all wanted parameters of a
   * chain, the products g_i g_j. They are summed in double precision, and no more than one link's gradients are kept.
   * @returns [images, images]
   */
  gradientProducts?(links: readonly GradientLink[], input: ChainInput): Float64Array;
  /**
   * Takes a chain's parameters into the engine's own memory to train them there.
   * @param links whose parameters fill the flat buffers between them
   * @param start `parameters` and what else the update carries, where that does not start as zeros
   * @param decayed 1 where weight decay applies, 0 elsewhere, laid out like the parameters
   * @throws RangeError when the links share parameters or leave gaps
   */
  keepResident?(
    links: readonly ChainLink[], update: ParameterUpdate, start: ResidentStart, decayed: Float32Array,
  ): ResidentTraining;
  /** Runs kernels on memory that all threads share, in any order. */
  runKernels?(memory: SharedFloats, calls: readonly KernelCall[]): void;
}
