import { existsSync, readFileSync } from 'node:fs';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { checksOf, type TargetChecks } from '../../latency/checks/checks.ts';
import { judge, type Judgement } from '../../latency/checks/judge.ts';
import { parseMeasurements, type PlacedMeasurement } from '../../latency/measurements/parseMeasurements.ts';
import type { Measurement } from '../../latency/measurements/record.ts';
import { appendShared } from '../sharedList.ts';

/**
 * A device model of one's own has a list of measurements beside its file that have put it to the test, whichever study they
 * are of. It has the form that `calibrate` reads. How far the model can be trusted is always worked out from this list.
 */
export const checksPath = (modelPath: string) => `${modelPath.replace(/\.json$/i, '')}.checks.jsonl`;

/** @throws InputError as `parseMeasurements` */
export function readModelChecks(modelPath: string): PlacedMeasurement[] {
  const path = checksPath(modelPath);
  if (!existsSync(path)) return [];
  // The last line is finished only by its line break.
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.trim() === '' ? [] : parseMeasurements(whole, path);
}

/** Adds measurements to a model's list but for those that are there. @throws EnvironmentError `disk-full` or `cannot-write`; InputError as `parseMeasurements` */
export async function keepModelChecks(modelPath: string, measurements: readonly Measurement[]): Promise<void> {
  const keyOf = ({ session, model: { sha256 } }: Measurement) => `${session} ${sha256}`;
  const known = new Set(readModelChecks(modelPath).map(({ measurement }) => keyOf(measurement)));
  const added = measurements.filter((measurement) => !known.has(keyOf(measurement)));
  if (added.length === 0) return;
  await appendShared(checksPath(modelPath), added.map((measurement) => JSON.stringify(measurement)), 'the measurements themselves are kept in the study.');
}

/** What all targets' checks say of a model, the latest first; targets that it does not speak for say nothing. */
export function judgementsOf(model: DeviceModel, placed: readonly PlacedMeasurement[]): { readonly group: TargetChecks; readonly judgement: Judgement }[] {
  return checksOf(model, placed).flatMap((group) => {
    const judgement = judge(model, group);
    return judgement === undefined ? [] : [{ group, judgement }];
  }).sort((a, b) => ((a.judgement.measuredOn ?? '') < (b.judgement.measuredOn ?? '') ? 1 : -1));
}

/** The latest judgement of a model by the list beside its file; undefined where nothing has put it to the test. */
export function judgementOfModel(model: DeviceModel, modelPath: string): Judgement | undefined {
  return judgementsOf(model, readModelChecks(modelPath)).at(0)?.judgement;
}
