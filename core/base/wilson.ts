/** The standard normal quantile of 97.5 %, for two-sided 95 % intervals. */
const z = 1.959963984540054;

/**
 * Ends of Wilson's 95 % score interval for a share: `right` of `trials` independent trials went well (Wilson 1927; Brown, Cai and
 * DasGupta 2001, section 3.1.1). Unlike the usual mean +- 1.96 standard errors it holds for few trials and for shares near 0 and 1.
 * @param trials at least 1
 */
export function wilsonInterval(right: number, trials: number): { readonly low: number; readonly high: number } {
  const share = right / trials;
  const scale = 1 + z ** 2 / trials;
  const middle = (share + z ** 2 / (2 * trials)) / scale;
  const halfWidth = z / scale * Math.sqrt(share * (1 - share) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, middle - halfWidth), high: Math.min(1, middle + halfWidth) };
}
