/** How As-ViT's measures of a network's complexity are taken. */
export interface CurveSettings {
  /** Networks with fresh weights that a measure is the mean of, each with a plane of its own. */
  readonly networks: number;
  /** Points on the circle: evenly spread with both ends, or drawn. */
  readonly points: 'even' | 'random';
  readonly pointCount: number;
  /** Of the circle: 1, or the square root of the input's dimensions. */
  readonly radius: 'one' | 'sqrtInputs';
  /** Whether layer norms are left out. */
  readonly withoutNorms: boolean;
  /** Whether the networks have the first block's weights in common. */
  readonly sharesStem: boolean;
}

/** As the released code (asvit.md 3.2). */
export const releasedCurves: CurveSettings = {
  networks: 5, points: 'even', pointCount: 10, radius: 'one', withoutNorms: true, sharesStem: true,
};

/** As the paper's text (section 3.2 and appendix A; asvit.md 3.1), which says nothing of norms, so that they stay. */
export const paperCurves: CurveSettings = {
  networks: 5, points: 'random', pointCount: 10, radius: 'sqrtInputs', withoutNorms: false, sharesStem: false,
};
