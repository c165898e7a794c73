/** Points as pairs, which is what ECharts takes. */
export type Pairs = [number, number][];

/**
 * At most about `2 * buckets` points that keep every bucket's least and greatest value, so that no spike is lost however
 * long the series. Values that are not finite, or not above `floor` (0 for a log axis), become one gap (NaN) a bucket
 * when the whole bucket is missing.
 */
export function minMaxSampled(x: ArrayLike<number>, y: ArrayLike<number>, buckets: number, floor = -Infinity): Pairs {
  const count = Math.min(x.length, y.length);
  if (count <= 2 * buckets) return Array.from({ length: count }, (_, i) => [x[i], y[i] > floor && y[i] < Infinity ? y[i] : NaN]);
  const out: Pairs = [];
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * count) / buckets);
    const to = Math.floor(((bucket + 1) * count) / buckets);
    let least = -1;
    let most = -1;
    for (let i = from; i < to; i += 1) {
      const value = y[i];
      if (!(value > floor && value < Infinity)) continue;
      if (least < 0 || value < y[least]) least = i;
      if (most < 0 || value > y[most]) most = i;
    }
    if (least < 0) out.push([x[from], NaN]);
    else {
      out.push([x[Math.min(least, most)], y[Math.min(least, most)]]);
      if (least !== most) out.push([x[Math.max(least, most)], y[Math.max(least, most)]]);
    }
  }
  return out;
}

/**
 * Exponential moving average with the start-up bias taken out (as Adam does), so that the first values are not drawn
 * towards 0. `factor` in [0, 1) is the share kept from before. Gaps stay gaps and are skipped by the average.
 */
export function smoothed(y: ArrayLike<number>, factor: number): Float64Array {
  const out = new Float64Array(y.length);
  let mean = 0;
  let weight = 0;
  for (let i = 0; i < y.length; i += 1) {
    if (!Number.isFinite(y[i])) {
      out[i] = NaN;
      continue;
    }
    mean = factor * mean + (1 - factor) * y[i];
    weight = factor * weight + (1 - factor);
    out[i] = mean / weight;
  }
  return out;
}

/** Of the finite values: how many, the first, the last and the extremes. One pass, because live series are long. */
export function summaryOf(y: ArrayLike<number>): { count: number; first: number; last: number; least: number; most: number } {
  let count = 0;
  let [first, last, least, most] = [NaN, NaN, Infinity, -Infinity];
  for (let i = 0; i < y.length; i += 1) {
    const value = y[i];
    if (!Number.isFinite(value)) continue;
    if (count === 0) first = value;
    count += 1;
    last = value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { count, first, last, least, most };
}
