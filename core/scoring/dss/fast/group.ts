import type { Address } from '../../../engine/wasm/arena.ts';
import type { ReducedBlock } from '../classes/reduce.ts';
import type { DssTerms } from '../terms.ts';
import type { FastDevice } from './device.ts';
import type { BlockShare } from './shares.ts';

/** One network's rows in a group: a row for each class of its tokens, where the block reads and where it writes. */
export interface Member {
  /** Index among the networks that are scored together. */
  readonly network: number;
  readonly reduced: ReducedBlock;
  readonly firstRow: number;
  readonly firstOutputRow: number;
}

/** Networks whose block has the same share of the weights, so that it runs for all of them at once. */
export interface Group {
  readonly device: FastDevice;
  readonly members: readonly Member[];
  /** That the block reads. */
  readonly rows: number;
  /** That it writes. */
  readonly outputRows: number;
  /** The block's weights, in the pass that runs: later ones may find them elsewhere. */
  readonly share: BlockShare;
  /** The nuclear norm of parameters [in, out] side by side. */
  weightNorm(names: readonly string[]): number;
  /** Adds to a network's terms. */
  add(network: number, term: keyof DssTerms, value: number): void;
  /** See `FastDss.positionSpread`. */
  setPositionSpread(network: number, spread: number): void;
  /** Counts multiply-accumulates, of each row that is read (or written), or of each member. */
  countMacs(macs: number | ((member: Member) => number), side?: 'input' | 'output'): void;
}

/** A block's forward pass over a group, and what follows it. */
export interface Pass {
  /** What the block makes; whoever asked for it frees it. */
  readonly y: Address;
  /**
   * Runs the block backward, once, adds its terms up and frees what the forward pass kept.
   * @param gradient of the sum of all logits, for each row: the sum over the tokens of the row's class
   * @returns the same for the block's input, if that has any; whoever asked for it frees it
   */
  backward(gradient: Address): Address | undefined;
}

/** Runs a block forward. The rows of its input, `x`, become the pass's own. */
export type Operation<B> = (group: Group, block: B, x: Address) => Pass;
