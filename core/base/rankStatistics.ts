/**
 * Kendall's tau-b, the agreement of two orders corrected for ties: (concordant - discordant pairs) over the geometric
 * mean of the numbers of pairs untied in each. 1 for the same order, -1 for the opposite one, NaN when one side is
 * constant. By counting a merge sort's exchanges (Knight, 1966), in O(n log n).
 * @param a and @param b of equal length, without NaN
 */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  const order = [...a.keys()].sort((i, j) => a[i] - a[j] || b[i] - b[j]);
  const sortedA = order.map((i) => a[i]);
  const sortedB = order.map((i) => b[i]);
  const pairs = pairsOf(a.length);
  const tiedA = tiedPairs(a.length, (i) => sortedA[i] === sortedA[i - 1]);
  const tiedBoth = tiedPairs(a.length, (i) => sortedA[i] === sortedA[i - 1] && sortedB[i] === sortedB[i - 1]);
  const discordant = sortCountingInversions(sortedB);
  const tiedB = tiedPairs(a.length, (i) => sortedB[i] === sortedB[i - 1]);
  const concordant = pairs - tiedA - tiedB + tiedBoth - discordant;
  return (concordant - discordant) / Math.sqrt((pairs - tiedA) * (pairs - tiedB));
}

/**
 * Spearman's rho: Pearson's correlation of the ranks, where equal values share the mean of their ranks. NaN when one
 * side is constant.
 * @param a and @param b of equal length, without NaN
 */
export function spearmanRho(a: readonly number[], b: readonly number[]): number {
  const middle = (a.length + 1) / 2;
  const ranksA = midRanks(a).map((rank) => rank - middle);
  const ranksB = midRanks(b).map((rank) => rank - middle);
  const product = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return product(ranksA, ranksB) / Math.sqrt(product(ranksA, ranksA) * product(ranksB, ranksB));
}

/** Ranks from 1, ascending; equal values share the mean of the ranks that they take up. */
export function midRanks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((i, j) => values[i] - values[j]);
  const ranks = new Array<number>(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
  }
  return ranks;
}

const pairsOf = (count: number) => (count * (count - 1)) / 2;

/** Pairs within the runs of equal neighbours. */
function tiedPairs(count: number, equalsPrevious: (i: number) => boolean): number {
  let pairs = 0;
  let run = 1;
  for (let i = 1; i <= count; i++) {
    if (i < count && equalsPrevious(i)) {
      run++;
    } else {
      pairs += pairsOf(run);
      run = 1;
    }
  }
  return pairs;
}

/** Sorts in place, ascending. @returns the number of pairs that stood in descending order */
function sortCountingInversions(values: number[]): number {
  let from = values;
  let to = new Array<number>(values.length);
  let inversions = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      for (let left = start, right = middle, at = start; at < end; at++) {
        if (left < middle && (right >= end || from[left] <= from[right])) {
          to[at] = from[left++];
        } else {
          inversions += middle - left;
          to[at] = from[right++];
        }
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) for (let i = 0; i < values.length; i++) values[i] = from[i];
  return inversions;
}
