import type { ReducedBlock } from '../classes/reduce.ts';
import type { DssTerms } from '../terms.ts';
import type { BlockMoments } from './moments.ts';
import type { Products } from './products.ts';

/**
 * What is expected of the tokens of all classes between two blocks, over all weights that could be drawn: the mean over each
 * token's channels, and the products of what remains, summed over channels.
 */
export interface Tokens {
  readonly channels: number;
  /** [classes] */
  readonly means: Products;
  /** [classes, classes] */
  readonly products: Products;
}

/** Products of gradients, summed over channels, [classes, classes]; each gradient is a sum over its class's tokens. */
export type GradientProducts = Products;

/** A block on expected tokens. */
export interface ExpectedPass {
  readonly tokens: Tokens;
  /** Adds the block's terms, and tells the gradients of what it read; undefined where that was the image. */
  backward(gradients: GradientProducts): GradientProducts | undefined;
}

export interface BlockContext extends ReducedBlock {
  readonly moments: BlockMoments;
  add(term: keyof DssTerms, value: number): void;
}

export type ExpectedOperation<B> = (context: BlockContext, block: B, tokens: Tokens) => ExpectedPass;
