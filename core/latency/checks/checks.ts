import type { DeviceModel } from '../deviceModel.ts';
import type { PlacedMeasurement } from '../measurements/parseMeasurements.ts';
import type { Measurement, Target } from '../measurements/record.ts';
import { networkOf, type Subject } from '../measurements/subject.ts';
import { byTarget } from '../measurements/target.ts';
import { predictLatency } from '../predict.ts';
import { matchTarget, type TargetMatch } from './matchTarget.ts';

export type NetworkSubject = Extract<Subject, { kind: 'network' }>;

/** A measured network beside what a model says of it: a prediction that has been put to the test. */
export interface Check {
  readonly of: NetworkSubject;
  readonly measurement: Measurement;
  readonly latencyMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  /** Of the prediction, relative to the measurement: positive when it is too slow. */
  readonly errorPercent: number;
  readonly isInside: boolean;
  /** The measurement itself is doubtful, so it tells nothing about the model. */
  readonly isDoubtful: boolean;
}

/** Checks of one target; those of two are never looked at together. */
export interface TargetChecks {
  readonly target: Target;
  /** Undefined for models that do not tell their target. */
  readonly match: TargetMatch | undefined;
  /** The latest of each network. */
  readonly checks: readonly Check[];
}

/**
 * Measured networks beside a model's predictions, by target. Sessions that the model was fitted to are no test of it and are
 * left out, as are blocks, unknown files and runs under a profiler.
 */
export function checksOf(model: DeviceModel, placed: readonly PlacedMeasurement[]): TargetChecks[] {
  const fitted = new Set(model.measurements.evidence?.flatMap(({ session }) => session ?? []));
  const tests = placed.filter(({ measurement: { of, session, flags } }) =>
    of.kind === 'network' && !flags.includes('profiled') && (session === undefined || !fitted.has(session)));
  return byTarget(tests).map((group) => {
    const { target } = group[0].measurement;
    return { target, match: matchTarget(model, target), checks: latestOfEach(group).map((measurement) => check(model, measurement)) };
  });
}

/** A measurement beside what the model says. @param measurement of a network */
export function check(model: DeviceModel, measurement: Measurement): Check {
  const of = measurement.of as NetworkSubject;
  const { latencyMs, lowMs, highMs } = predictLatency(model, networkOf(of));
  const measuredMs = measurement.latencyMs;
  return {
    of, measurement, latencyMs, lowMs, highMs, errorPercent: 100 * (latencyMs / measuredMs - 1),
    isInside: lowMs <= measuredMs && measuredMs <= highMs, isDoubtful: measurement.flags.includes('rounds-disagree'),
  };
}

/** Measured twice, a network is not two networks; the later time tells more about the device as it is. */
function latestOfEach(placed: readonly PlacedMeasurement[]): Measurement[] {
  const latest = new Map<string, Measurement>();
  for (const { measurement } of placed) {
    const key = JSON.stringify(measurement.of);
    const known = latest.get(key);
    if (known === undefined || (measurement.measuredAt ?? '') >= (known.measuredAt ?? '')) latest.set(key, measurement);
  }
  return [...latest.values()];
}
