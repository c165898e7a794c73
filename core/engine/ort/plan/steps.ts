import type { Dim } from '../../../graph/dims.ts';
import type { GraphNode } from '../../../graph/graph.ts';
import type { Address } from '../../wasm/arena.ts';
import type { Kernel } from '../../wasm/library.ts';
import type { Peers } from './peers.ts';
import type { MatrixProducts } from './product.ts';

/** A piece of memory that a plan uses: written by one step, or fed. */
export interface Storage {
  readonly id: number;
  /** Float32 in it. */
  readonly length: Dim;
}

/** What a kernel step sees while it runs. */
export interface Frame {
  readonly kernels: Readonly<Record<string, Kernel>>;
  /** Channels to work on; the addresses are those of the first of them. */
  readonly channels: number;
  readonly scratch: Address;
  readonly peers: Peers | undefined;
  readonly products: MatrixProducts;
  readonly address: (storage: Storage) => Address;
  /** Where a storage begins, whichever channels are worked on: for what a channel step reads as a whole. */
  readonly start: (storage: Storage) => Address;
  /** The transpose of a storage that holds a matrix [rows, columns]: made once, however many steps want it. */
  readonly transposed: (matrix: Storage, rows: number, columns: number) => Address;
  /** The numbers at an address, in place; valid until the step ends. */
  readonly view: (at: Address, length: number) => Float32Array;
  /** Copies float32 from one address to another. */
  readonly copy: (from: Address, to: Address, length: number) => void;
  readonly size: (dim: Dim) => number;
}

interface StepBase {
  readonly reads: readonly Storage[];
  readonly writes: readonly Storage[];
}

/**
 * Works channel by channel: on any range of channels, it touches that range of each of its storages and no other, except
 * for those that it reads as a whole. A channel is whatever one axis, the outermost in memory, counts: of maps with the
 * batch last a channel, of tokens an image.
 */
export interface ChannelStep extends StepBase {
  readonly kind: 'channels';
  readonly channels: Dim;
  /** Among `reads`, what is read as a whole. */
  readonly shared: readonly Storage[];
  readonly scratch?: (size: (dim: Dim) => number) => number;
  readonly run: (frame: Frame) => void;
}

/** Needs all of its inputs. */
export interface WholeStep extends StepBase {
  readonly kind: 'whole';
  /** Float32 of scratch memory. */
  readonly scratch?: (size: (dim: Dim) => number) => number;
  readonly run: (frame: Frame) => void;
}

/** c = a b, with a [m, k] (or its transpose) and b [k, n] (or its transpose). */
export interface ProductStep extends StepBase {
  readonly kind: 'product';
  readonly transA: boolean;
  readonly transB: boolean;
  readonly m: Dim;
  readonly n: Dim;
  readonly k: Dim;
}

/** A node that ONNX Runtime runs, on values in their declared layout. */
export interface NodeStep extends StepBase {
  readonly kind: 'node';
  readonly node: GraphNode;
  /** Storages of the node's inputs and outputs by name; integer tables and scalars have none. */
  readonly storages: ReadonlyMap<string, Storage>;
}

export type UnitStep = ChannelStep | WholeStep | ProductStep | NodeStep;
