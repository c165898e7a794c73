/** Everything that tells one AutoFormer space from another. */
export interface AutoFormerChoices {
  readonly id: string;
  readonly title: string;
  readonly defaultClasses: number;
  /** Input resolutions in pixels, ascending; the first where nothing else is asked for. */
  readonly resolutions: readonly number[];
  readonly patchSize: number;
  /** Width of a query, key or value. */
  readonly headDim: number;
  /** Longest distance with a vector of its own: the side of the map at the first resolution. */
  readonly maxDistance: number;
  /** One for the network. Values are ascending here and below. */
  readonly embedDim: readonly number[];
  readonly depth: readonly number[];
  /** One for each layer. */
  readonly mlpRatio: readonly number[];
  /** One for each layer. */
  readonly numHeads: readonly number[];
}

const published = { defaultClasses: 1000, resolutions: [224], patchSize: 16, headDim: 64, maxDistance: 14 } as const;

/** The published spaces, tftas.md 3.1. */
export const tinyChoices: AutoFormerChoices = {
  ...published, id: 'autoformer-tiny',
  title: 'AutoFormer Tiny: plain transformers of 12 to 14 layers with relative positions, 5.4 M to 10.5 M parameters.',
  embedDim: [192, 216, 240], depth: [12, 13, 14], mlpRatio: [3.5, 4], numHeads: [3, 4],
};

export const smallChoices: AutoFormerChoices = {
  ...published, id: 'autoformer-small',
  title: 'AutoFormer Small: plain transformers of 12 to 14 layers with relative positions, 13 M to 35 M parameters.',
  embedDim: [320, 384, 448], depth: [12, 13, 14], mlpRatio: [3, 3.5, 4], numHeads: [5, 6, 7],
};

/** With 8 heads too, as the paper and TF-TAS's search have it; the released supernet was trained with 9 and 10. */
export const baseChoices: AutoFormerChoices = {
  ...published, id: 'autoformer-base',
  title: 'AutoFormer Base: plain transformers of 14 to 16 layers with relative positions, 40 M to 77 M parameters.',
  embedDim: [528, 576, 624], depth: [14, 15, 16], mlpRatio: [3, 3.5, 4], numHeads: [8, 9, 10],
};

/**
 * The same blocks for small images, small enough to train a supernet on a laptop's processor. At 32 pixels there are 8x8
 * tokens, at 64 pixels 16x16.
 */
export const miniChoices: AutoFormerChoices = {
  id: 'autoformer-mini',
  title: 'AutoFormer for small images: the same blocks with patches of 4 pixels, 32 to 64 pixels.',
  defaultClasses: 10, resolutions: [32, 40, 48, 56, 64], patchSize: 4, headDim: 16, maxDistance: 8,
  embedDim: [48, 64, 80], depth: [4, 5, 6], mlpRatio: [2, 3, 4], numHeads: [2, 3, 4],
};
