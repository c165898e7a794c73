/** An AutoFormer network (tftas.md 3): one width for all layers; MLP ratio and number of heads of each layer. */
export type AutoFormerArchitecture = {
  readonly embedDim: number;
  readonly depth: number;
  /** One for each layer. */
  readonly mlpRatios: readonly number[];
  /** One for each layer. */
  readonly numHeads: readonly number[];
  /**
   * Width of a head where it is not the space's (64 as published); `shared` where the heads of each layer share the
   * network's width, as in DeiT. Never the space's own, nor `shared` where all layers have heads of one width: such
   * architectures are written with that width.
   */
  readonly headDim?: number | 'shared';
  /** Without learned vectors for the distance between tokens, as in DeiT. */
  readonly relativePosition?: false;
  /** What the head reads where it is not the mean of the image's tokens. */
  readonly pool?: 'classToken';
};

/** What tells relatives from the space's own networks, which have none of it. */
export type Variant = Pick<AutoFormerArchitecture, 'headDim' | 'relativePosition' | 'pool'>;

/** An architecture as written by a person, whose optional fields may say what goes without saying. */
export interface FreeArchitecture {
  readonly embedDim: number;
  readonly mlpRatios: readonly number[];
  readonly numHeads: readonly number[];
  readonly headDim?: number | 'shared';
  readonly relativePosition?: boolean;
  readonly pool?: 'mean' | 'classToken';
}

/** The one way to write an architecture. @param spaceHeadDim width of a head where nothing else is said */
export function composeArchitecture(spaceHeadDim: number, free: FreeArchitecture): AutoFormerArchitecture {
  const { embedDim, mlpRatios, numHeads, relativePosition = true, pool = 'mean' } = free;
  const sameHeads = numHeads.every((heads) => heads === numHeads[0]);
  const headDim = free.headDim === 'shared' && sameHeads ? embedDim / numHeads[0] : free.headDim ?? spaceHeadDim;
  return Object.freeze({
    embedDim, depth: mlpRatios.length, mlpRatios: Object.freeze([...mlpRatios]), numHeads: Object.freeze([...numHeads]),
    ...(headDim === spaceHeadDim ? {} : { headDim }),
    ...(relativePosition ? {} : { relativePosition: false as const }),
    ...(pool === 'mean' ? {} : { pool }),
  });
}

/** Equal exactly when the architectures are equal; usable in file names. */
export function architectureKey({ embedDim, mlpRatios, numHeads, headDim, relativePosition, pool }: AutoFormerArchitecture): string {
  return [
    `w${embedDim}`, `m${mlpRatios.join('_')}`, `h${numHeads.join('_')}`,
    ...(headDim === undefined ? [] : [headDim === 'shared' ? 'shared' : `d${headDim}`]),
    ...(relativePosition === false ? ['absolute'] : []), ...(pool === undefined ? [] : ['class']),
  ].join('-');
}
