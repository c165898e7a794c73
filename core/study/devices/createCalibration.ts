import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EnvironmentError, InputError, messageOf } from '../../base/errors.ts';
import { listDevices } from '../../latency/devices.ts';
import { getSpace } from '../../spaces/index.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { acquireStudyLock } from '../lock.ts';
import { importFiles } from '../measuring/importFiles.ts';
import { calibrationPaths, calibrationSchema, readCalibration, writeCalibration, type CalibrationInput } from './calibrationFile.ts';
import { deviceNameOf, devicesFolder, findDevice, ownDevices } from './deviceFolders.ts';

/**
 * Makes the folder of a device that is to be calibrated; nothing is measured yet.
 * @param imported of a device whose measurements are imported: what to read
 * @returns the folder
 * @throws InputError `device-exists`, `unknown-device`, `too-many-networks`, and as `importFiles`
 */
export async function createCalibration(
  library: string, input: Omit<CalibrationInput, 'created'>, imported?: { readonly path: string; readonly model?: string },
): Promise<string> {
  const calibration = calibrationSchema.parse({ ...input, created: new Date().toISOString() });
  const { title, source, space, parts, from } = calibration;
  const directory = join(devicesFolder(library), deviceNameOf(title));
  const name = basename(directory);
  if (existsSync(directory) || [...listDevices(), ...ownDevices(library)].some((listed) => listed.name === name)) {
    throw new InputError('device-exists', `There is a device called "${name}" already; expected another name, such as one with the number of threads in it.`);
  }
  const { size } = getSpace(space);
  const wanted = parts.reduce((sum, { networks }) => sum + networks, 0);
  if (BigInt(wanted) > size) throw new InputError('too-many-networks', `${space} has only ${size} architectures; expected at most as many networks.`);
  for (const known of from) findDevice(known, [library]);
  const records = source.kind === 'import' ? await importFiles(imported?.path ?? '', { target: source.target, model: imported?.model, space }) : [];
  await makeDirectory(directory);
  if (records.length > 0) {
    const { imports } = calibrationPaths(directory);
    await makeDirectory(imports);
    await writeFileAtomic(join(imports, '1.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }
  await writeCalibration(directory, calibration);
  return directory;
}

/** Adds a set of further models, which the next run exports and measures. @throws InputError `not-measured-here`, `too-many-networks`; EnvironmentError `study-in-use` */
export async function extendCalibration(directory: string, part: { readonly networks: number; readonly probes: number }): Promise<void> {
  await whileIdle(directory, async () => {
    const calibration = await readCalibration(directory);
    if (calibration.source.kind === 'import') throw new InputError('not-measured-here', `${calibration.title} was measured elsewhere; import a file with more measurements as another device.`);
    const { size } = getSpace(calibration.space);
    const networks = calibration.parts.reduce((sum, each) => sum + each.networks, part.networks);
    if (BigInt(networks) > size) throw new InputError('too-many-networks', `${calibration.space} has only ${size} architectures; expected at most as many networks.`);
    await writeCalibration(directory, calibrationSchema.parse({ ...calibration, parts: [...calibration.parts, part] }));
  });
}

/** Deletes a device with everything that was measured for it, for good. @throws EnvironmentError `study-in-use`, `cannot-delete` */
export async function deleteCalibration(directory: string): Promise<void> {
  await whileIdle(directory, async () => undefined);
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    throw new EnvironmentError('cannot-delete', `${directory} cannot be deleted: ${messageOf(error)}.`, { cause: error });
  }
}

/** The folder of a device by its name. @throws InputError `unknown-device` */
export function calibrationDirectory(library: string, name: string): string {
  const directory = join(devicesFolder(library), name);
  if (deviceNameOf(name) !== name || !existsSync(directory)) {
    throw new InputError('unknown-device', `There is no device called "${name}" in ${devicesFolder(library)}; was its folder moved or deleted?`);
  }
  return directory;
}

async function whileIdle(directory: string, act: () => Promise<void>): Promise<void> {
  const lock = await acquireStudyLock(directory);
  try {
    await act();
  } finally {
    lock.release();
  }
}
