/** The share of predictions within `band` (a fraction) of what was measured; NaN without any. */
export function withinBand(measured: ArrayLike<number>, predicted: ArrayLike<number>, band: number): number {
  let within = 0;
  for (let i = 0; i < measured.length; i += 1) {
    if (Math.abs(predicted[i] / measured[i] - 1) <= band + 1e-9) within += 1;
  }
  return within / measured.length;
}
