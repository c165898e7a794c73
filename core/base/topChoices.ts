/** Of k choices from the top of a ranking; where ties leave open which, over all ways of breaking them alike. */
interface TopChoices {
  /** Indices that are chosen for sure. */
  readonly certain: readonly number[];
  /** Equal ones of which some are chosen. */
  readonly tied: readonly number[];
  /** How many of `tied` are chosen. */
  readonly from: number;
}

/**
 * How many of the k that are best in truth are among the k that a ranking puts first, as a share of k. Where ties leave open
 * which k come first, its mean over all ways of breaking them.
 * @param scores and @param truth of equal length, without NaN; higher is better
 */
export function topRecall(scores: readonly number[], truth: readonly number[], k: number): number {
  const size = Math.min(k, scores.length);
  const chosen = memberships(topChoices(scores, size), scores.length);
  const best = memberships(topChoices(truth, size), truth.length);
  return chosen.reduce((sum, share, i) => sum + share * best[i], 0) / size;
}

/**
 * What is lost by looking only at the k that a ranking puts first: the best truth of all minus the best among those, in the
 * truth's unit. Where ties leave open which k come first, its mean over all ways of breaking them.
 * @param scores and @param truth of equal length, without NaN; higher is better
 */
export function topRegret(scores: readonly number[], truth: readonly number[], k: number): number {
  const { certain, tied, from } = topChoices(scores, Math.min(k, scores.length));
  const sure = certain.reduce((best, i) => Math.max(best, truth[i]), -Infinity);
  const rest = tied.map((i) => truth[i]).sort((a, b) => b - a);
  let expected = 0;
  // Goes through the tied ones from the best: the first that is drawn is the best drawn.
  let undecided = 1;
  for (let j = 0; undecided > 0; j++) {
    const drawn = Math.min(1, from / (rest.length - j));
    expected += undecided * drawn * Math.max(sure, rest[j]);
    undecided *= 1 - drawn;
  }
  return truth.reduce((best, value) => Math.max(best, value), -Infinity) - expected;
}

function topChoices(values: readonly number[], k: number): TopChoices {
  const last = Float64Array.from(values).sort()[values.length - k];
  const certain: number[] = [];
  const tied: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] > last) certain.push(i);
    else if (values[i] === last) tied.push(i);
  }
  return { certain, tied, from: k - certain.length };
}

/** The probability of each to be chosen. */
function memberships({ certain, tied, from }: TopChoices, count: number): number[] {
  const shares = new Array<number>(count).fill(0);
  for (const i of certain) shares[i] = 1;
  for (const i of tied) shares[i] = from / tied.length;
  return shares;
}
