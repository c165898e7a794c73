/** One value for each of the three stages. */
export type PerStage = readonly [number, number, number];

/**
 * A pooling-based vision transformer as in TF-TAS's space (tftas.md 4.1): the width of a head and the MLP ratio of the
 * whole network, depth and heads of each stage. A stage is baseDim x numHeads wide, and each width divides the next.
 */
export type PitArchitecture = {
  readonly baseDim: number;
  readonly mlpRatio: number;
  readonly depths: PerStage;
  readonly numHeads: PerStage;
};

export const stages = [0, 1, 2] as const;

/** The one way to write an architecture. */
export function composeArchitecture(
  baseDim: number, mlpRatio: number, depths: readonly number[], numHeads: readonly number[],
): PitArchitecture {
  const each = (values: readonly number[]): PerStage => Object.freeze([values[0], values[1], values[2]] as const);
  return Object.freeze({ baseDim, mlpRatio, depths: each(depths), numHeads: each(numHeads) });
}

/** Equal exactly when the architectures are equal; usable in file names. */
export function architectureKey({ baseDim, mlpRatio, depths, numHeads }: PitArchitecture): string {
  return `b${baseDim}-m${mlpRatio}-d${depths.join('.')}-h${numHeads.join('.')}`;
}
