import { InputError } from '../../base/errors.ts';
import type { PlacedMeasurement } from './parseMeasurements.ts';
import type { Target } from './record.ts';

/** Equal for measurements that may be fitted together. */
export function targetKey(target: Target): string {
  return JSON.stringify(fieldsOf(target));
}

/** "Pixel 4 (Snapdragon 855), onnxruntime 1.27.0, cpu, float32, threads: 1, processors 7" */
export function targetTitle({ device, systemOnChip, runtime, provider, precision, threads, affinity }: Omit<Target, 'precision'> & Partial<Pick<Target, 'precision'>>): string {
  return [
    systemOnChip === undefined ? device : `${device} (${systemOnChip})`,
    [runtime.name, runtime.version, runtime.build].filter((part) => part !== undefined).join(' '),
    provider, ...(precision === undefined ? [] : [precision]), `threads: ${threads}`,
    ...(affinity === undefined ? [] : [`processors ${affinity.join('+')}`]),
  ].join(', ');
}

/** Measurements by target, targets in the order of their first measurement. */
export function byTarget(placed: readonly PlacedMeasurement[]): PlacedMeasurement[][] {
  const groups = new Map<string, PlacedMeasurement[]>();
  for (const each of placed) {
    const key = targetKey(each.measurement.target);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return [...groups.values()];
}

/**
 * The one target of all measurements: devices, runtimes, precisions and thread counts are never pooled.
 * @param placed at least one
 * @throws InputError `mixed-measurements`, naming the first field that differs and both places
 */
export function requireOneTarget(placed: readonly PlacedMeasurement[]): Target {
  const [first] = placed;
  const { target } = first.measurement;
  for (const other of placed) {
    const [difference] = targetDifferences(target, other.measurement.target);
    if (difference === undefined) continue;
    const { field, left, right } = difference;
    throw new InputError('mixed-measurements', `${other.place}: target.${field} is ${JSON.stringify(right ?? null)}, but ${JSON.stringify(left ?? null)} in ${first.place}; `
      + 'expected measurements of one device, runtime and setting, because a fit to a mixture fits none of them.');
  }
  return target;
}

/** A field in which two targets differ, with both values; undefined for what one does not tell. */
export interface TargetDifference {
  readonly field: string;
  readonly left: unknown;
  readonly right: unknown;
}

export function targetDifferences(left: Target, right: Target): TargetDifference[] {
  const [mine, theirs] = [fieldsOf(left), fieldsOf(right)];
  return Object.keys(mine).filter((field) => JSON.stringify(mine[field]) !== JSON.stringify(theirs[field]))
    .map((field) => ({ field, left: mine[field], right: theirs[field] }));
}

/** All fields in one order, with every field of the runtime. */
function fieldsOf(target: Target): Record<string, unknown> {
  const { device, systemOnChip, operatingSystem, runtime, provider, threads, affinity, precision, optimisation, spinning, performanceMode } = target;
  return {
    device, systemOnChip, operatingSystem, 'runtime.name': runtime.name, 'runtime.version': runtime.version, 'runtime.build': runtime.build,
    provider, threads, affinity, precision, optimisation, spinning, performanceMode,
  };
}
