import type { PerStage } from './architecture.ts';

/** Everything that tells one PiT space from another. */
export interface PitChoices {
  readonly id: string;
  readonly title: string;
  readonly defaultClasses: number;
  /** Input resolutions in pixels, ascending; the first where nothing else is asked for. */
  readonly resolutions: readonly number[];
  /** Patches of `size` pixels, whose left and upper edges are `stride` pixels apart. */
  readonly patch: { readonly size: number; readonly stride: number };
  /** Width of a head, the same in all stages. Values are ascending here and below. */
  readonly baseDim: readonly number[];
  readonly mlpRatio: readonly number[];
  readonly depths: readonly [readonly number[], readonly number[], readonly number[]];
  /** The same for each stage. */
  readonly numHeads: PerStage;
}

const published = {
  defaultClasses: 1000, resolutions: [224], patch: { size: 16, stride: 8 }, mlpRatio: [2, 4, 6, 8],
  depths: [[1, 2, 3], [4, 6, 8], [2, 4, 6]],
} as const;

/** The spaces of TF-TAS, tftas.md 4.1. */
export const tinyChoices: PitChoices = {
  ...published, id: 'pit-ti', baseDim: [16, 24, 32, 40], numHeads: [2, 4, 8],
  title: 'PiT Tiny: three transformer stages with pooling between them, 0.1 M to 36 M parameters.',
};

export const extraSmallChoices: PitChoices = {
  ...published, id: 'pit-xs', baseDim: [40, 48, 56, 64], numHeads: [2, 4, 8],
  title: 'PiT Extra Small: three transformer stages with pooling between them, 0.6 M to 91 M parameters.',
};

export const smallChoices: PitChoices = {
  ...published, id: 'pit-s', baseDim: [36, 48, 60, 72], numHeads: [3, 6, 12],
  title: 'PiT Small: three transformer stages with pooling between them, 1 M to 258 M parameters.',
};

/**
 * The same blocks for images of 32 pixels, small enough to train a supernet on a laptop's processor: 15x15, 8x8 and 4x4
 * tokens beside the class token.
 */
export const miniChoices: PitChoices = {
  id: 'pit-mini', title: 'PiT for small images: the same blocks with patches of 4 pixels, 5 k to 0.4 M parameters.',
  defaultClasses: 10, resolutions: [32], patch: { size: 4, stride: 2 }, baseDim: [8, 12, 16], mlpRatio: [2, 3, 4],
  depths: [[1, 2], [1, 2, 3], [1, 2]], numHeads: [1, 2, 4],
};
