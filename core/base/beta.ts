import type { Random } from './random.ts';

/**
 * A number in [0, 1] from the symmetric Beta(alpha, alpha) distribution: the share of one of two Gamma(alpha) numbers in
 * their sum. Taken on logarithms, because for a small alpha both numbers are below what a float holds.
 */
export function symmetricBeta(random: Random, alpha: number): number {
  const difference = logGamma(random, alpha) - logGamma(random, alpha);
  return 1 / (1 + Math.exp(-difference));
}

/** The logarithm of a Gamma(alpha, 1) number; below 1 from one of alpha + 1 (Marsaglia and Tsang 2000, section 6). */
function logGamma(random: Random, alpha: number): number {
  if (alpha >= 1) return logLargeGamma(random, alpha);
  return logLargeGamma(random, alpha + 1) + Math.log(1 - random.uniform()) / alpha;
}

/** Marsaglia and Tsang 2000, section 4, for alpha of at least 1. */
function logLargeGamma(random: Random, alpha: number): number {
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x * x / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
