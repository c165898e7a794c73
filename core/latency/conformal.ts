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
