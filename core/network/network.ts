import type { Block } from './blocks.ts';

/**
 * A network as every reader sees it: an ordered list of typed blocks with every shape known. Spaces make it (lowering);
 * counting, running, export, latency prediction and drawing read it. Nothing else describes an architecture.
 */
export interface Network {
  /** Identifier of the space that lowered it, for messages and metadata only; no reader may depend on it. */
  readonly space: string;
  /** Height and width of the input image in pixels, which has three channels; of a backbone's (backbone.ts), which need not be square, the longer. */
  readonly resolution: number;
  readonly classes: number;
  /** In execution order: each block's input is the previous block's output. */
  readonly blocks: readonly Block[];
  /**
   * How the weights of its layers start in training, where training-free scores are published for another start, which is the
   * blocks' own.
   */
  readonly trainingStart?: 'fanIn';
}
