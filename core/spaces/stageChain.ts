import type { Block } from '../network/blocks.ts';

/**
 * A space as a walk through stages. What a stage may choose, and the blocks that its choice adds, depend on what the
 * stages before hand on (the context: for most spaces the shape of the features) and on nothing else of the
 * architecture. Whatever adds up over blocks, such as MACs, can therefore be counted, searched and sampled stage by
 * stage, without lowering every architecture.
 */
export interface StageChain {
  readonly start: StageContext;
  readonly stages: readonly Stage[];
}

export interface StageContext {
  /** Equal exactly for contexts that lead to the same choices with the same blocks. */
  readonly key: string;
}

export interface Stage {
  /** The space's dimensions that this stage decides, as indices in ascending order. */
  readonly dimensions: readonly number[];
  options(context: StageContext): StageOption[];
}

export interface StageOption {
  /** For each of the stage's dimensions, which of its values. */
  readonly choices: readonly number[];
  /** What the next stage starts from. */
  readonly next: StageContext;
  /** What the choice adds to the network. */
  readonly blocks: readonly Block[];
}
