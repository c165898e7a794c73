/** Everything that tells one As-ViT space from another. Values ascend; lists of lists have an entry for each stage. */
export interface AsVitChoices {
  readonly id: string;
  readonly title: string;
  readonly defaultClasses: number;
  /** Input resolution in pixels that is searched; networks can be lowered to others. */
  readonly resolution: number;
  /** Pixels between neighbouring tokens of the first stage. */
  readonly stemStride: number;
  readonly kernels: readonly (readonly number[])[];
  /** Of the stages before the last. */
  readonly splits: readonly (readonly number[])[];
  readonly mlpRatios: readonly (readonly number[])[];
  readonly heads: readonly number[];
  /** Of every searched network; scaled ones have others. */
  readonly width: number;
  readonly depths: readonly number[];
  readonly maxWidth: number;
}

const ratios = (values: readonly number[]) => Array.from({ length: 4 }, () => values);

/** The published space, asvit.md 1. */
export const fullChoices: AsVitChoices = {
  id: 'asvit',
  title: 'As-ViT: four stages of attention within windows, 146 M to 549 M MACs at 224 pixels; scaled networks to 22 G.',
  defaultClasses: 1000,
  resolution: 224,
  stemStride: 4,
  kernels: [[4, 5, 6, 7, 8], [2, 3, 4], [2, 3, 4], [2, 3, 4]],
  splits: [[2, 4, 8], [1, 2, 4], [1, 2]],
  mlpRatios: ratios([2, 3, 4, 5, 6]),
  heads: [16, 32, 64],
  width: 32,
  depths: [1, 1, 1, 1],
  maxWidth: 1024,
};

/**
 * The same stages for small images: at 32 pixels they have 16x16 tokens to 2x2, and a supernet of 0.5 M parameters trains on
 * a laptop's processor.
 */
export const miniChoices: AsVitChoices = {
  id: 'asvit-mini',
  title: 'As-ViT for small images: the same stages, 2.6 M to 5.8 M MACs at 32 pixels.',
  defaultClasses: 10,
  resolution: 32,
  stemStride: 2,
  kernels: ratios([2, 3, 4]),
  splits: [[2, 4, 8], [1, 2, 4], [1, 2]],
  mlpRatios: ratios([2, 3, 4]),
  heads: [8, 16, 32],
  width: 16,
  depths: [1, 1, 1, 1],
  maxWidth: 1024,
};
