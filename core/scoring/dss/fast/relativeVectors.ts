import type { RelativeAttentionBlock } from '../../../network/blocks.ts';
import type { TokenClasses } from '../classes/tokenClasses.ts';
import type { BlockShare } from './shares.ts';

/** For each pair of classes, query before key, the mean of the vectors of its pairs of tokens: [classes, classes, headDim]. */
export interface RelativeVectors {
  readonly key: Float64Array;
  readonly value: Float64Array;
}

/**
 * Means of a block's relative vectors (tftas.md 9.4). Tokens in front of the map have one vector for all their pairs. Where
 * they are left out, they still count as keys: all values are alike, so that only their vector differs.
 *
 * @param classes those in front of the map, if they are kept, and one for all of the map
 */
export function relativeVectors(share: BlockShare, block: RelativeAttentionBlock, input: TokenClasses): RelativeVectors {
  return share.remember(input, () => {
    const { counts, front } = input;
    const { headDim, maxDistance, input: { height, width, extraTokens = 0 } } = block;
    const classes = counts.length;
    // That the map's class stands for, those left out included.
    const leftOut = extraTokens - front;
    const keys = height * width + leftOut;
    const means = (name: string): Float64Array => {
      const vertical = share.read(`${name}.vertical`);
      const horizontal = share.read(`${name}.horizontal`);
      const ofFront = Float64Array.from({ length: headDim }, (_, k) => vertical[k] + horizontal[k]);
      const along = [meanRow(vertical, headDim, height, maxDistance), meanRow(horizontal, headDim, width, maxDistance)];
      const ofMap = ofFront.map((value, k) => (leftOut * value + (keys - leftOut) * (along[0][k] + along[1][k])) / keys);
      const result = new Float64Array(classes * classes * headDim);
      for (let pair = 0; pair < classes ** 2; pair++) {
        const isInMap = pair >= front * classes && pair % classes >= front;
        result.set(isInMap ? ofMap : ofFront, pair * headDim);
      }
      return result;
    };
    return { key: means('relativeKey'), value: means('relativeValue') };
  });
}

/** The mean of a table's rows over all pairs of places on a line. */
function meanRow(table: Float32Array, headDim: number, places: number, maxDistance: number): Float64Array {
  const mean = new Float64Array(headDim);
  for (let distance = 1 - places; distance < places; distance++) {
    const row = Math.min(maxDistance, Math.max(-maxDistance, distance)) + maxDistance + 1;
    const share = (places - Math.abs(distance)) / places ** 2;
    for (let k = 0; k < headDim; k++) mean[k] += share * table[row * headDim + k];
  }
  return mean;
}
