/** How a network is built from its genotype: as in the released search code, or as the published counts say it was trained (asvit.md 2.3). */
export type AsVitVariant = 'released' | 'published';

/**
 * An As-ViT network (Chen et al. 2022, Table 1; asvit.md 1). Lists have an entry for each of the four stages, but for
 * `splits`: the last stage always attends globally.
 */
export type AsVitArchitecture = {
  /** Kernels of the stem and of the re-embeddings in front of stages 2 to 4. */
  readonly kernels: readonly number[];
  /** Windows per side in stages 1 to 3. */
  readonly splits: readonly number[];
  readonly mlpRatios: readonly number[];
  /** Heads of the last stage; each stage before has half as many. */
  readonly heads: number;
  /** Pairs of attention and MLP. */
  readonly depths: readonly number[];
  /** Channels of the first stage; each following has twice as many, up to a cap. */
  readonly width: number;
  /** Only where it is not `released`. */
  readonly variant?: Exclude<AsVitVariant, 'released'>;
};

export const stageCount = 4;

/** A frozen copy with its fields in order. */
export function composeArchitecture({ kernels, splits, mlpRatios, heads, depths, width, variant }: AsVitArchitecture): AsVitArchitecture {
  const [frozenKernels, frozenSplits, frozenRatios, frozenDepths] = [kernels, splits, mlpRatios, depths].map((list) => Object.freeze([...list]));
  return Object.freeze({
    kernels: frozenKernels, splits: frozenSplits, mlpRatios: frozenRatios, heads, depths: frozenDepths, width, ...(variant ? { variant } : {}),
  });
}

/** Equal exactly when the architectures are equal; usable in file names. */
export function architectureKey({ kernels, splits, mlpRatios, heads, depths, width, variant }: AsVitArchitecture): string {
  return [
    `k${kernels.join('.')}`, `s${splits.join('.')}`, `e${mlpRatios.join('.')}`, `h${heads}`, `d${depths.join('.')}`, `w${width}`,
    ...(variant ? [variant] : []),
  ].join('-');
}
