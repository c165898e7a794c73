import type { ElasticVitArchitecture, PartName } from './architecture.ts';

/** For every gene of a part the values it may take, ascending. */
type GeneChoices<Genes> = { readonly [Gene in keyof Genes]: readonly number[] };

/** Everything that tells one ElasticViT space from another. */
export interface ElasticVitChoices {
  readonly id: string;
  readonly title: string;
  readonly defaultClasses: number;
  /** Width of the classifier's layer after pooling. */
  readonly headFeatures: number;
  /** Input resolutions in pixels, ascending. */
  readonly resolutions: readonly number[];
  /** By how much the first block of each part shrinks the grid; for the stem it is the first convolution. */
  readonly strides: Readonly<Record<PartName, 1 | 2>>;
  readonly parts: { readonly [Part in PartName]: GeneChoices<ElasticVitArchitecture[Part]> };
}

/** first, first + step, ... up to and including last. */
const range = (first: number, last: number, step = 1) =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);

/** The published space, elasticvit.md 1.1. */
export const fullChoices: ElasticVitChoices = {
  id: 'elasticvit',
  title: 'ElasticViT: MBConv stages, then attention stages, 37 M to 3.2 G MACs at 128 to 256 pixels.',
  defaultClasses: 1000,
  headFeatures: 1984,
  resolutions: [128, 160, 176, 192, 224, 256],
  strides: { stem: 2, c1: 2, c2: 2, t1: 2, t2: 1, t3: 2, t4: 2 },
  parts: {
    stem: { width: [16, 24], depth: [1, 2], kernel: [3, 5] },
    c1: { width: range(16, 32, 8), depth: range(2, 5), kernel: [3, 5], expandRatio: range(3, 6) },
    c2: { width: range(16, 48, 8), depth: range(2, 6), kernel: [3, 5], expandRatio: range(3, 6) },
    t1: { width: range(48, 96, 16), depth: range(1, 5), mlpRatio: range(2, 5), valueRatio: range(2, 4) },
    t2: { width: range(80, 160, 16), depth: range(1, 6), mlpRatio: range(2, 5), valueRatio: range(2, 4) },
    t3: { width: range(144, 288, 16), depth: range(1, 6), mlpRatio: range(2, 5), valueRatio: range(2, 4) },
    t4: { width: range(160, 320, 16), depth: range(1, 6), mlpRatio: range(2, 5), valueRatio: range(2, 4) },
  },
};

/**
 * The same blocks for small images, small enough to train a supernet of 1.4 M parameters on a laptop's processor. At 32
 * pixels T1 has 8x8 tokens and T4 2x2. T1 stays narrow and shallow because at 64 pixels it attends over 256 tokens.
 */
export const miniChoices: ElasticVitChoices = {
  id: 'elasticvit-mini',
  title: 'ElasticViT for small images: the same blocks, 1.6 M to 66 M MACs at 32 to 64 pixels.',
  defaultClasses: 10,
  headFeatures: 256,
  resolutions: [32, 40, 48, 56, 64],
  strides: { stem: 2, c1: 1, c2: 2, t1: 1, t2: 2, t3: 1, t4: 2 },
  parts: {
    stem: { width: [8, 16], depth: [1], kernel: [3, 5] },
    c1: { width: [8, 16], depth: [1, 2], kernel: [3, 5], expandRatio: [2, 3] },
    c2: { width: [16, 24, 32], depth: [1, 2, 3], kernel: [3, 5], expandRatio: [2, 3] },
    t1: { width: [16, 32], depth: [1, 2], mlpRatio: [1, 2], valueRatio: [1] },
    t2: { width: [16, 32, 48], depth: [1, 2], mlpRatio: [2, 3, 4], valueRatio: [1, 2] },
    t3: { width: [32, 48, 64], depth: [1, 2, 3], mlpRatio: [2, 3, 4], valueRatio: [1, 2] },
    t4: { width: [48, 64, 80, 96, 112], depth: [1, 2, 3], mlpRatio: [2, 3, 4], valueRatio: [1, 2] },
  },
};

/** Input pixels per cell of the last grid. */
export function totalStride(choices: ElasticVitChoices): number {
  return Object.values(choices.strides).reduce<number>((product, stride) => product * stride, 1);
}
