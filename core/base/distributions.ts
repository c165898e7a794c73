/**
 * P(X >= least) for X binomially distributed: of `trials`, each a success with the given probability, at least `least` are.
 * @param least 0 to `trials`
 */
export function binomialUpperTail(least: number, trials: number, probability: number): number {
  let tail = 0;
  // From the far end, where terms are smallest, so that nothing is lost in the sum.
  for (let successes = trials; successes >= least; successes--) {
    tail += Math.exp(logChoose(trials, successes) + powerLog(probability, successes) + powerLog(1 - probability, trials - successes));
  }
  return Math.min(1, tail);
}

/** log(base^exponent) with 0^0 = 1. */
const powerLog = (base: number, exponent: number) => (exponent === 0 ? 0 : exponent * Math.log(base));

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - Math.min(k, n - k) + i) / i);
  return sum;
}

/**
 * P(|T| <= t) for Student's t, by the finite sums for whole degrees of freedom (Abramowitz and Stegun, Handbook of
 * Mathematical Functions, 26.7.3 and 26.7.4).
 * @param t non-negative @param degrees at least 1
 */
export function studentWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let j = isOdd ? 3 : 2; j < degrees; j += 2) {
    term *= cosine ** 2 * (j - 1) / j;
    sum += term;
  }
  return isOdd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
}

/** The t that |T| stays at or below with the given probability, 0 to below 1. */
export function studentQuantile(probability: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (studentWithin(high, degrees) < probability) [low, high] = [high, 2 * high];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return high;
}
