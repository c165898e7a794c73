/**
 * The split-conformal quantile: the smallest score that a fresh, exchangeable score stays at or below with at least
 * the given probability, that is the ceil((n + 1) coverage)-th smallest of n (Vovk et al., Algorithmic Learning in a
 * Random World, 2005). Infinite when there are too few scores to promise the coverage.
 */
export function conformalQuantile(scores: readonly number[], coverage: number): number {
  const rank = Math.ceil((scores.length + 1) * coverage);
  if (rank > scores.length) return Infinity;
  return [...scores].sort((a, b) => a - b)[Math.max(rank, 1) - 1];
}

/**
 * The conformal quantile of studentised errors together with `expected` further ones that are distributed as sizes of standard
 * normal errors. Without scores it is the quantile of the normal distribution, with very many the conformal one; the one more
 * score that the latter asks for counts as far as the scores do.
 */
export function pooledQuantile(scores: readonly number[], coverage: number, expected: number): number {
  const count = scores.length;
  const needed = coverage * (count + expected + count / (count + expected));
  const below = (size: number) => scores.filter((score) => score <= size).length + expected * normalShare(size);
  let [low, high] = [0, Math.max(largestSize, ...scores)];
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (below(middle) >= needed) high = middle;
    else low = middle;
  }
  return high;
}

/** Beyond, nothing is left of a normal distribution. */
const largestSize = 10;
const bisections = 60;

/** Share of standard normal values of at most this size (Abramowitz and Stegun, 7.1.26: to seven digits). */
function normalShare(size: number): number {
  const x = size / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  return 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
}
