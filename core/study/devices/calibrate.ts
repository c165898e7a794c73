import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CancelledError, InputError } from '../../base/errors.ts';
import { startEngine } from '../../engine/engines.ts';
import { formatJson } from '../../latency/formatJson.ts';
import { manifestName } from '../../latency/measurements/manifest.ts';
import type { PlacedMeasurement } from '../../latency/measurements/parseMeasurements.ts';
import { getSpace } from '../../spaces/index.ts';
import { writeCalibrationSet } from '../calibration/writeCalibrationSet.ts';
import { namesIn, writeFileAtomic } from '../files.ts';
import { acquireStudyLock } from '../lock.ts';
import { measure, type MeasureHooks } from '../measuring/measure.ts';
import { modelsOfFolder } from '../measuring/modelFiles.ts';
import { SessionFollower } from '../measuring/sessionFollower.ts';
import { sessionMeasurements } from '../measuring/sessionMeasurements.ts';
import { imagesBySize } from '../quantisationImages.ts';
import { readMeasurements } from '../readMeasurements.ts';
import { calibrationPaths, readCalibration, type Calibration } from './calibrationFile.ts';
import { findDevice, libraryOf } from './deviceFolders.ts';
import { fitDevice } from './fitDevice.ts';
import { fitCommand } from './terminalCommands.ts';

export interface Calibrated {
  readonly name: string;
  readonly path: string;
  readonly networks: number;
  readonly blocks: number;
}

/**
 * Does all that is left of a device's calibration: writes its sets, measures them, fits the model. A model that is there
 * already stays, because studies may have been searched with it: further measurements make a refit (checks/refitOwn.ts).
 * @param only with `fit`, the model is made of what has been measured so far, and takes the place of one that is there
 * @returns undefined where a model was there already
 * @throws as `writeCalibrationSet`, `measure` and `calibrateDevice`; EnvironmentError `study-in-use`
 */
export async function calibrate({ directory, only }: { directory: string; only?: 'fit' }, hooks: MeasureHooks): Promise<Calibrated | undefined> {
  const calibration = await readCalibration(directory);
  const lock = await acquireStudyLock(directory);
  try {
    if (only !== 'fit') await measureAll(directory, calibration, hooks);
    if (only !== 'fit' && existsSync(calibrationPaths(directory).model)) {
      hooks.log('Everything is measured; the model stays until it is refitted', 'info');
      return undefined;
    }
    return await fit(directory, calibration, hooks);
  } finally {
    lock.release();
  }
}

async function measureAll(directory: string, calibration: Calibration, hooks: MeasureHooks): Promise<void> {
  const { source, parts, seed } = calibration;
  if (source.kind === 'import') return;
  const paths = calibrationPaths(directory);
  for (let part = 1; part <= parts.length; part++) {
    const [set, session] = [paths.set(part), paths.session(part)];
    if (!existsSync(join(set, manifestName))) await writeSet(directory, calibration, part, hooks);
    const follower = new SessionFollower(session);
    await follower.update();
    const { kind: _, ...how } = source;
    if (!follower.state?.isFinished) await measure({ models: set, out: session, ...how, seed }, hooks);
  }
}

/** A later set goes on in the list of the most telling models where those before it end. */
async function writeSet(
  directory: string, { space: spaceId, classes, seed, from, parts, precision, images }: Calibration, part: number,
  { signal, gate, onProgress, log }: MeasureHooks,
): Promise<void> {
  const library = libraryOf(directory);
  const space = getSpace(spaceId);
  const sum = (upTo: number, kind: 'networks' | 'probes') => parts.slice(0, upTo).reduce((total, each) => total + each[kind], 0);
  const total = parts[part - 1].networks + parts[part - 1].probes;
  await gate.pass(signal);
  onProgress({ done: 0, total, unit: 'models', note: 'choosing the models that tell most' });
  log('Choosing and exporting models', 'info');
  await writeCalibrationSet(calibrationPaths(directory).set(part), {
    space, classes, seed, engine: await startEngine('auto'), known: from.map((name) => findDevice(name, [library])), signal, precision,
    ...(images && { calibrationOf: imagesBySize(images.folder, { seed, signal }, images) }),
    networks: sum(part, 'networks'), probes: sum(part, 'probes'), skipped: { networks: sum(part - 1, 'networks'), probes: sum(part - 1, 'probes') },
    onProgress: (done, of, name) => onProgress({ done, total: of, unit: 'models', note: `exporting model ${done} of ${of}, ${name}` }),
  });
}

async function fit(directory: string, calibration: Calibration, { signal, gate, onProgress, log }: MeasureHooks): Promise<Calibrated> {
  await gate.pass(signal);
  if (signal.aborted) throw new CancelledError();
  onProgress({ done: 0, total: 1, unit: 'models', note: 'fitting the device model' });
  const placed = await calibrationMeasurements(directory, calibration);
  if (placed.length === 0) throw new InputError('too-few-networks', 'Nothing has been measured yet; expected at least 3 whole networks, or blocks alone.');
  const { model: path } = calibrationPaths(directory);
  const library = libraryOf(directory);
  const { space, from, seed } = calibration;
  const name = basename(resolve(directory));
  const model = fitDevice(placed, {
    space: getSpace(space), name, seed, known: from.map((each) => findDevice(each, [library])), command: fitCommand(name, calibration),
  });
  const named = { ...model, device: { ...model.device, title: calibration.title } };
  await writeFileAtomic(path, formatJson(named));
  onProgress({ done: 1, total: 1, unit: 'models', note: 'fitted' });
  const { networks, blocks } = model.measurements;
  log(`Fitted to ${networks} networks and ${blocks} blocks alone`, 'info');
  return { name, path, networks, blocks };
}

/** All that was measured for a device or imported, as far as it goes. @throws InputError `damaged-records`, as `modelsOfFolder` */
export async function calibrationMeasurements(directory: string, { parts, source }: Calibration): Promise<PlacedMeasurement[]> {
  const paths = calibrationPaths(directory);
  const placed: PlacedMeasurement[] = [];
  if (source.kind === 'import') {
    return readMeasurements((await namesIn(paths.imports)).filter((name) => name.endsWith('.jsonl')).map((name) => join(paths.imports, name)));
  }
  for (let part = 1; part <= parts.length; part++) {
    const [set, session] = [paths.set(part), paths.session(part)];
    if (!existsSync(session) || !existsSync(join(set, manifestName))) continue;
    const measurements = await sessionMeasurements(session, await modelsOfFolder(set), source.on.way);
    placed.push(...measurements.map((measurement) => ({ measurement, place: `${session}: ${measurement.model.name}` })));
  }
  return placed;
}
