import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { Refit } from '../../latency/calibration/refitDevice.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { listDevices, loadDevice } from '../../latency/devices.ts';
import { formatJson } from '../../latency/formatJson.ts';
import type { PlacedMeasurement } from '../../latency/measurements/parseMeasurements.ts';
import { targetDifferences } from '../../latency/measurements/target.ts';
import { modelHash } from '../../latency/modelHash.ts';
import { getSpace } from '../../spaces/index.ts';
import { calibrationMeasurements } from '../devices/calibrate.ts';
import { calibrationBeside, calibrationPaths, type Calibration } from '../devices/calibrationFile.ts';
import { findDevice, libraryOf } from '../devices/deviceFolders.ts';
import { modelVersions, nextVersion } from '../devices/modelVersions.ts';
import { writeFileAtomic } from '../files.ts';
import { checksPath, readModelChecks } from './modelChecks.ts';
import { refitOf } from './refit.ts';

/** What a model of one's own becomes with all that was measured since; no file is changed. */
export interface OwnRefit extends Refit {
  readonly earlier: DeviceModel;
  /** Where it belongs: beside the earlier model, with a number after its name. */
  readonly out: string;
  /** Of the refit, as it would be written there. */
  readonly hash: string;
}

/**
 * Adds everything that was measured with a model of one's own to it: further sets of its calibration, and the best of
 * whichever studies, in its target alone.
 * @param path of the model
 * @throws InputError `not-own` for a model that ships; as `loadDevice` and `refitDevice`
 */
export async function refitOwn(path: string): Promise<OwnRefit> {
  if (listDevices().some((shipped) => shipped.path === resolve(path))) throw new InputError('not-own', `${path}: is a model that comes with Pocketformer; expected one of your own.`);
  const earlier = loadDevice(path);
  const calibration = await calibrationBeside(path);
  const placed = await measurementsOf(path, earlier, calibration);
  const network = placed.map(({ measurement: { of } }) => of).find((of) => of.kind === 'network');
  const space = calibration?.space ?? (network?.kind === 'network' ? network.space : undefined);
  if (space === undefined) throw new InputError('nothing-new', `Nothing was measured since ${earlier.name} was made; expected measurements of its device, runtime and setting.`);
  const out = nextVersion(path, (name) => existsSync(join(dirname(path), '..', name)));
  const name = basename(out, '.json');
  const known = (calibration?.from ?? []).map((each) => findDevice(each, [libraryOf(dirname(path))]));
  const made = refitOf(earlier, placed, { space: getSpace(space), name, seed: calibration?.seed ?? 1, known, command: commandOf(path, out, space, calibration) });
  const model = { ...made.model, device: { ...made.model.device, title: titleOf(earlier, name) } };
  return { ...made, model, earlier, out, hash: modelHash(model) };
}

/**
 * Makes a refit a file, beside the earlier model or in its place.
 * @param hash of the refit that the person has seen
 * @returns the refit with the file that holds it now
 * @throws InputError `other-refit` when it has become another meanwhile; as `refitOwn`
 */
export async function takeRefit(path: string, { hash, replaces }: { readonly hash: string; readonly replaces: boolean }): Promise<OwnRefit> {
  const refit = await refitOwn(path);
  if (refit.hash !== hash) throw new InputError('other-refit', `More was measured for ${refit.earlier.name} meanwhile; look at the refit again before you take it.`);
  const { model, earlier, out } = refit;
  const kept = replaces ? { ...model, name: earlier.name, device: { ...model.device, title: earlier.device.title } } : model;
  const file = replaces ? path : out;
  await writeFileAtomic(file, formatJson(kept));
  return { ...refit, out: file };
}

/**
 * How many measurements of its own target a model does not know, by the lists beside it; none for models that ship. A
 * damaged list has none to add, and the model's state says what is wrong with it.
 */
export function freshChecks(model: DeviceModel, path: string | undefined): number {
  if (path === undefined) return 0;
  const known = sessionsOf(model);
  try {
    return ofTarget(model, listedChecks(path)).filter(({ measurement: { session } }) => session === undefined || !known.has(session)).length;
  } catch (error) {
    if (error instanceof InputError) return 0;
    throw error;
  }
}

export const sessionsOf = ({ measurements: { evidence } }: DeviceModel): ReadonlySet<string> => new Set((evidence ?? []).flatMap(({ session }) => session ?? []));

async function measurementsOf(path: string, model: DeviceModel, calibration: Calibration | undefined): Promise<PlacedMeasurement[]> {
  const calibrated = calibration === undefined ? [] : await calibrationMeasurements(dirname(path), calibration);
  return ofTarget(model, [...calibrated, ...listedChecks(path)]);
}

/** Of a model, its refits and those before it, each measurement once. */
function listedChecks(path: string): PlacedMeasurement[] {
  const placed = modelVersions(path).flatMap(readModelChecks);
  return [...new Map(placed.map((each) => [`${each.measurement.session} ${each.measurement.model.sha256}`, each])).values()];
}

/** After an update of its system or runtime a device is another target, which takes a calibration of its own. */
const ofTarget = ({ target }: DeviceModel, placed: readonly PlacedMeasurement[]) =>
  (target === undefined ? [...placed] : placed.filter(({ measurement }) => targetDifferences(target, measurement.target).length === 0));

/** "Pixel 8, refit 2": a person has to tell one from the other in lists. */
const titleOf = ({ device: { title } }: DeviceModel, name: string) => `${title.replace(/, refit \d+$/, '')}, refit ${/-(\d+)$/.exec(name)![1]}`;

function commandOf(path: string, out: string, space: string, calibration: Calibration | undefined): string {
  const folder = dirname(path);
  const paths = calibrationPaths(folder);
  const files = [
    ...(calibration === undefined ? [] : calibration.source.kind === 'import' ? [join(paths.imports, '1.jsonl')] : calibration.parts.map((_, i) => join(paths.session(i + 1), 'measurements.jsonl'))),
    ...modelVersions(path).map(checksPath).filter((each) => existsSync(each)),
  ].map((each) => relative(folder, each).replaceAll('\\', '/'));
  return `pocketformer calibrate --space ${space} --refit ${basename(path)} --measurements ${files.join(' ')} --seed ${calibration?.seed ?? 1} --out ${basename(out)}`;
}
