import { Random } from '../../../../core/base/random.ts';

export interface Cloud {
  readonly latencyMs: Float32Array;
  readonly value: Float64Array;
  readonly macs: Float64Array;
}

/** Clouds as a search leaves them: value saturating over MACs, latencies of each device with its own slope and scatter. */
export function clouds(count: number, devices: readonly { msPerMmac: number; overheadMs: number; scatter: number }[], seed = 1): Cloud[] {
  const random = new Random(seed);
  const macs = Float64Array.from({ length: count }, () => 30e6 * Math.exp(3.2 * Math.min(1, Math.max(0, (random.uniform() + random.uniform() + random.uniform()) / 3))));
  const value = Float64Array.from(macs, (value) => 0.82 - 0.16 * (value / 60e6) ** -0.45 - 0.045 * random.uniform() ** 2 - 0.02 * random.uniform());
  return devices.map(({ msPerMmac, overheadMs, scatter }) => ({
    value,
    macs,
    latencyMs: Float32Array.from(macs, (value) => overheadMs + (value / 1e6) * msPerMmac * Math.exp(scatter * (random.uniform() + random.uniform() - 1))),
  }));
}
