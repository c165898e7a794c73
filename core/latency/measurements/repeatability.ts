import type { Measurement } from './record.ts';
import { median } from './statistics.ts';
import { targetKey } from './target.ts';

/** How far two sessions with the same files on the same device are apart: nothing that is predicted can be better. */
export interface Repeatability {
  /** Models measured in more than one session. */
  readonly models: number;
  /** Of all pairs of measurements of one model in two sessions: the larger over the smaller, less one. */
  readonly medianPercent: number;
  readonly worstPercent: number;
}

/** Undefined where nothing was measured in two sessions. Measurements without a session, or without a hash, do not count. */
export function repeatability(measurements: readonly Measurement[]): Repeatability | undefined {
  const byModel = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const { session, model: { sha256 }, target } = measurement;
    if (session === undefined || sha256 === undefined) continue;
    const key = `${sha256} ${targetKey(target)}`;
    byModel.set(key, [...byModel.get(key) ?? [], measurement]);
  }
  const differences = [...byModel.values()].map(pairDifferences).filter((each) => each.length > 0);
  const all = differences.flat();
  return all.length === 0 ? undefined : { models: differences.length, medianPercent: median(all), worstPercent: Math.max(...all) };
}

function pairDifferences(measurements: readonly Measurement[]): number[] {
  return measurements.flatMap((a, i) => measurements.slice(i + 1).filter((b) => b.session !== a.session)
    .map((b) => 100 * (Math.max(a.latencyMs, b.latencyMs) / Math.min(a.latencyMs, b.latencyMs) - 1)));
}
