import { InputError } from '../../base/errors.ts';
import type { Network } from '../../network/network.ts';
import { mean } from '../errorReport.ts';
import { shapeOf } from '../blockShape.ts';
import { latencyKindOf } from '../features.ts';
import type { PlacedMeasurement } from '../measurements/parseMeasurements.ts';
import type { Measurement } from '../measurements/record.ts';
import { weightOf } from '../measurements/statistics.ts';
import { blocksOf, networkOf } from '../measurements/subject.ts';
import type { MeasuredBlocks } from './design.ts';

/** A single block: measured alone, or as a share of a network's latency by a profile. */
export interface Probe extends MeasuredBlocks {
  readonly isShare?: boolean;
}

/** What measurements say, with those of one network or of equal blocks put together. */
export interface CalibrationRows {
  readonly networks: readonly (MeasuredBlocks & { readonly network: Network })[];
  readonly probes: readonly Probe[];
  /** Several blocks measured together that are not a whole network. */
  readonly sections: readonly MeasuredBlocks[];
  /** Measurements of files of which nothing is known, or taken with a profiler. */
  readonly unknown: number;
  readonly minutes: number;
}

/** Profiles tell times in whole microseconds and add time to each kernel: what a share of one may be off. */
const shareDeviation = 0.05;
/** A measurement whose rounds agree perfectly is still no better than this. */
const finest = 0.01;
const leastNetworks = 3;

/**
 * @throws InputError `too-few-networks` for one or two whole networks, whatever else there is: they tell too little of how blocks
 *   behave together; and for none, unless there are blocks that were measured alone
 */
export function calibrationRows(placed: readonly PlacedMeasurement[]): CalibrationRows {
  const groups = new Map<string, Measurement[]>();
  const profiles: Measurement[] = [];
  let unknown = 0;
  for (const { measurement } of placed) {
    if (measurement.of.kind === 'unknown') unknown++;
    // What a profile adds to the time of a run is not known; its shares are another matter.
    else if (measurement.flags.includes('profiled')) profiles.push(measurement);
    else groups.set(keyOf(measurement), [...groups.get(keyOf(measurement)) ?? [], measurement]);
  }
  const rows = [...groups].map(([key, group]) => ({ key, of: group[0].of, row: { blocks: blocksOf(group[0].of) ?? [], ...together(group) } }));
  const networks = rows.flatMap(({ of, row }) => (of.kind === 'network' ? [{ ...row, network: networkOf(of) }] : []));
  const parts = rows.flatMap(({ of, row }) => (of.kind === 'network' ? [] : [row]));
  if (networks.length < leastNetworks && (networks.length > 0 || !parts.some(({ blocks }) => blocks.length === 1))) {
    throw new InputError('too-few-networks', `There are measurements of ${networks.length} whole networks${profiles.length > 0 ? ' without a profile' : ''}; `
      + `expected at least ${leastNetworks}, because only whole networks tell how blocks behave together; or none, and blocks measured alone.`);
  }
  const latencies = new Map(rows.map(({ key, row }) => [key, row.latencyMs]));
  const shares = [...profiles, ...[...groups.values()].flat()].flatMap((measurement) => sharesOf(measurement, latencies.get(keyOf(measurement))));
  return {
    networks, probes: [...parts.filter(({ blocks }) => blocks.length === 1), ...perShape(shares)], sections: parts.filter(({ blocks }) => blocks.length > 1),
    unknown, minutes: placed.reduce((sum, { measurement }) => sum + minutesOf(measurement), 0),
  };
}

const keyOf = ({ of }: Measurement) => JSON.stringify(of);

/** A network's blocks with their shares of what it takes without a profile; none where that was not measured. */
function sharesOf({ of, blockTimes }: Measurement, latencyMs: number | undefined): MeasuredBlocks[] {
  if (of.kind !== 'network' || blockTimes === undefined || latencyMs === undefined) return [];
  const total = blockTimes.unattributedMs + blockTimes.blocks.reduce((sum, { ms }) => sum + ms, 0);
  const { blocks } = networkOf(of);
  return blockTimes.blocks.flatMap(({ name, ms }) => {
    const block = blocks.find((each) => each.name === name);
    return block === undefined || ms <= 0 ? [] : [{ blocks: [block], latencyMs: latencyMs * ms / total, relativeVariance: shareDeviation ** 2 }];
  });
}

/** The geometric mean over blocks of one shape. */
function perShape(rows: readonly MeasuredBlocks[]): Probe[] {
  const shapes = new Map<string, MeasuredBlocks[]>();
  for (const row of rows) {
    const key = `${latencyKindOf(row.blocks[0])} ${shapeOf(row.blocks[0])}`;
    shapes.set(key, [...shapes.get(key) ?? [], row]);
  }
  return [...shapes.values()].map((group) => ({
    blocks: group[0].blocks, latencyMs: Math.exp(group.reduce((sum, { latencyMs }) => sum + Math.log(latencyMs), 0) / group.length),
    relativeVariance: group[0].relativeVariance / group.length, isShare: true,
  }));
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
