import { Random } from '../../../core/base/random.ts';

export interface Columns {
  readonly latencyMs: Float32Array;
  readonly value: Float64Array;
}

/** Seeded points in a cloud that bends as fronts do, some of them not known. */
export function cloud(count: number, seed = 1): Columns {
  const random = new Random(seed);
  const latencyMs = Float32Array.from({ length: count }, (_, i) => (i % 17 === 5 ? NaN : 1 + 9 * random.uniform()));
  const value = Float64Array.from(latencyMs, (ms) => (Number.isNaN(ms) ? 0.5 : 0.9 - 0.4 / ms - 0.2 * random.uniform()));
  return { latencyMs, value };
}

/** The first `count` rows as a growing study gives them: the same memory, cut shorter. */
export function beginning({ latencyMs, value }: Columns, count: number): Columns {
  return { latencyMs: latencyMs.subarray(0, count), value: value.subarray(0, count) };
}

export function pointsOf({ latencyMs, value }: Columns): { latencyMs: number; value: number }[] {
  return Array.from(latencyMs, (ms, row) => ({ latencyMs: ms, value: value[row] })).filter((point) => Number.isFinite(point.latencyMs));
}
