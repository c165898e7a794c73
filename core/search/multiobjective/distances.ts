type Point = readonly number[];

/*
 * How far a set of found points is from a reference front, all objectives minimised. Objectives are taken as they are:
 * divide those of different units by their ranges first. Smaller is better, 0 when the found points cover the reference
 * front. All throw RangeError when there are no found or no reference points.
 */

/** IGD: the mean over the reference front of the Euclidean distance to the nearest found point. */
export function invertedGenerationalDistance(found: readonly Point[], referenceFront: readonly Point[]): number {
  return mean(nearest(found, referenceFront, (point, target) =>
    Math.sqrt(total(point, target, (excess) => excess ** 2))));
}

/**
 * IGD+ (Ishibuchi et al., 2015): as IGD, but the distance counts only objectives in which the found point is worse; so
 * that, unlike with IGD, a set that another dominates never looks better.
 */
export function invertedGenerationalDistancePlus(found: readonly Point[], referenceFront: readonly Point[]): number {
  return mean(nearest(found, referenceFront, (point, target) =>
    Math.sqrt(total(point, target, (excess) => Math.max(0, excess) ** 2))));
}

/**
 * The additive epsilon indicator (Zitzler et al., 2003): the smallest number by which all found points must be lowered
 * in all objectives so that they weakly dominate the whole reference front. Negative when they do so anyway.
 */
export function additiveEpsilon(found: readonly Point[], referenceFront: readonly Point[]): number {
  return nearest(found, referenceFront, (point, target) => {
    let worst = -Infinity;
    for (let k = 0; k < target.length; k++) worst = Math.max(worst, point[k] - target[k]);
    return worst;
  }).reduce((a, b) => Math.max(a, b));
}

function nearest(
  found: readonly Point[],
  referenceFront: readonly Point[],
  distance: (point: Point, target: Point) => number,
): number[] {
  if (found.length === 0 || referenceFront.length === 0) {
    throw new RangeError('A distance to a front needs at least one found point and one reference point.');
  }
  return referenceFront.map((target) => found.reduce((least, point) => Math.min(least, distance(point, target)), Infinity));
}

function total(point: Point, target: Point, term: (excess: number) => number): number {
  let sum = 0;
  for (let k = 0; k < target.length; k++) sum += term(point[k] - target[k]);
  return sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
