import { InputError } from '../../base/errors.ts';
import type { Network } from '../../network/network.ts';
import { mean } from '../errorReport.ts';
import type { PlacedMeasurement } from '../measurements/parseMeasurements.ts';
import type { Measurement } from '../measurements/record.ts';
import { weightOf } from '../measurements/statistics.ts';
import { blocksOf, networkOf } from '../measurements/subject.ts';
import type { MeasuredBlocks } from './design.ts';

/** What measurements say, with those of one network or of equal blocks put together. */
export interface CalibrationRows {
  readonly networks: readonly (MeasuredBlocks & { readonly network: Network })[];
  /** Single blocks measured alone. */
  readonly probes: readonly MeasuredBlocks[];
  /** Several blocks measured together that are not a whole network. */
  readonly sections: readonly MeasuredBlocks[];
  /** Measurements of files of which nothing is known, or taken with a profiler. */
  readonly unknown: number;
  readonly minutes: number;
}

/** A measurement whose rounds agree perfectly is still no better than this. */
const finest = 0.01;
const leastNetworks = 3;

/**
 * @throws InputError `too-few-networks` when there are fewer than three whole networks, whatever else there is: only they
 *   tell how blocks behave together
 */
export function calibrationRows(placed: readonly PlacedMeasurement[]): CalibrationRows {
  const groups = new Map<string, Measurement[]>();
  let unknown = 0;
  for (const { measurement } of placed) {
    // A profiler adds time of its own.
    if (measurement.of.kind === 'unknown' || measurement.flags.includes('profiled')) unknown++;
    else groups.set(JSON.stringify(measurement.of), [...groups.get(JSON.stringify(measurement.of)) ?? [], measurement]);
  }
  const rows = [...groups.values()].map((group) => ({ of: group[0].of, row: { blocks: blocksOf(group[0].of) ?? [], ...together(group) } }));
  const networks = rows.flatMap(({ of, row }) => (of.kind === 'network' ? [{ ...row, network: networkOf(of) }] : []));
  if (networks.length < leastNetworks) {
    throw new InputError('too-few-networks', `There are measurements of ${networks.length} whole networks; expected at least ${leastNetworks}, `
      + 'because only whole networks tell how blocks behave together.');
  }
  const parts = rows.flatMap(({ of, row }) => (of.kind === 'network' ? [] : [row]));
  return {
    networks, probes: parts.filter(({ blocks }) => blocks.length === 1), sections: parts.filter(({ blocks }) => blocks.length > 1),
    unknown, minutes: placed.reduce((sum, { measurement }) => sum + minutesOf(measurement), 0),
  };
}

/** The mean of the logarithms, weighted by what each measurement's rounds say of its variance. */
function together(group: readonly Measurement[]): { latencyMs: number; relativeVariance: number } {
  const precisions = group.map((measurement) => 1 / varianceOf(measurement));
  const total = precisions.reduce((sum, value) => sum + value, 0);
  const logMean = group.reduce((sum, { latencyMs }, i) => sum + precisions[i] * Math.log(latencyMs), 0) / total;
  // What every measurement has is for the fit to find out; only what one has beyond it counts here.
  return { latencyMs: Math.exp(logMean), relativeVariance: Math.max(0, 1 / total - finest ** 2) };
}

function varianceOf(measurement: Measurement): number {
  return finest ** 2 / weightOf(measurement);
}

/** Time that the runs took on the device, warm-up included; 0 where single runs are not known. */
function minutesOf({ timing, latencyMs }: Measurement): number {
  if (timing.kind !== 'runs') return 0;
  const ms = timing.rounds.reduce((sum, { runsMs, warmUpRuns, timedRuns = runsMs.length }) => sum + warmUpRuns * latencyMs + mean(runsMs) * timedRuns, 0);
  return ms / 60_000;
}
