import type { DeviceModel } from '../deviceModel.ts';
import type { Target } from '../measurements/record.ts';
import { targetDifferences, type TargetDifference } from '../measurements/target.ts';

/** How a target differs from the one that a device model speaks for. */
export interface TargetMatch {
  /** Another device, or another way of running it: the model says nothing about such latencies. */
  readonly foreign: readonly TargetDifference[];
  /** The same device after an update of its system or its runtime: what the model says may no longer hold. */
  readonly updated: readonly TargetDifference[];
}

const updates: ReadonlySet<string> = new Set(['operatingSystem', 'runtime.version', 'runtime.build']);

/** Undefined for models of published tables, which do not tell what exactly was measured. */
export function matchTarget(model: DeviceModel, target: Target): TargetMatch | undefined {
  if (model.target === undefined) return undefined;
  const differences = targetDifferences(model.target, target);
  return { foreign: differences.filter(({ field }) => !updates.has(field)), updated: differences.filter(({ field }) => updates.has(field)) };
}

/** Whether a model's predictions are about this target. */
export function speaksFor(model: DeviceModel, target: Target): boolean {
  return matchTarget(model, target)?.foreign.length === 0;
}

/** "threads 2 instead of 1, precision int8 instead of float32" */
export function differenceWords(differences: readonly TargetDifference[]): string {
  const words = (value: unknown) => (value === undefined ? 'not told' : Array.isArray(value) ? value.join('+') : String(value));
  return differences.map(({ field, left, right }) => `${fieldTitles[field] ?? field} ${words(right)} instead of ${words(left)}`).join(', ');
}

const fieldTitles: Readonly<Record<string, string>> = {
  systemOnChip: 'system on chip', operatingSystem: 'operating system', 'runtime.name': 'runtime', 'runtime.version': 'runtime version',
  'runtime.build': 'runtime build', affinity: 'processors', performanceMode: 'performance mode',
};
