import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError, oneOf } from '../../base/errors.ts';
import { listDevices, loadDevice } from '../../latency/devices.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { calibrationPaths } from './calibrationFile.ts';
import { modelVersions } from './modelVersions.ts';

/** Folder of the devices of one's own in a library of studies. */
export const devicesFolder = (library: string) => join(library, 'devices');

/** The library that a device's folder lies in. */
export const libraryOf = (directory: string) => dirname(dirname(resolve(directory)));

const namePattern = /^[a-z0-9][a-z0-9._-]*$/;
/** A model of that name would take the place of the calibration's own file. */
const reserved = ['calibration'];

/** A person's title as the name of a device: "Pixel 8, 4 threads" becomes "pixel-8-4-threads". */
export function deviceNameOf(title: string): string {
  const name = title.toLowerCase().replace(/[^a-z0-9._]+/g, '-').replace(/^[^a-z0-9]+/, '').replace(/[-._]+$/, '').slice(0, 60) || 'device';
  return reserved.includes(name) ? `${name}-device` : name;
}

/** Names of the folders of devices in a library, in a fixed order. */
export function deviceFolderNames(library: string): string[] {
  const folder = devicesFolder(library);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && namePattern.test(entry.name)).map(({ name }) => name).sort();
}

export interface OwnDevice {
  readonly name: string;
  /** Of its model's file, which is there. */
  readonly path: string;
}

/** The device models of a library: those of calibrations, each followed by its refits. */
export function ownDevices(library: string): OwnDevice[] {
  return deviceFolderNames(library).flatMap((name) => modelVersions(calibrationPaths(join(devicesFolder(library), name)).model))
    .map((path) => ({ name: basename(path, '.json'), path }));
}

/**
 * A device model by the name under which it ships, by the path of a file, or by the name of a device in one of the libraries.
 * @throws InputError `unknown-device`, and as loadDevice
 */
export function findDevice(nameOrPath: string, libraries: readonly string[]): DeviceModel {
  return loadDevice(deviceReference(nameOrPath, libraries));
}

/** The same as `loadDevice` takes it. @throws InputError `unknown-device` */
export function deviceReference(nameOrPath: string, libraries: readonly string[]): string {
  const shipped = listDevices().map(({ name }) => name);
  if (shipped.includes(nameOrPath) || existsSync(nameOrPath)) return nameOrPath;
  const own = libraries.flatMap(ownDevices);
  const found = own.find(({ name }) => name === nameOrPath);
  if (found !== undefined) return found.path;
  throw new InputError('unknown-device', `No device model is called "${nameOrPath}" and no such file exists; expected ${oneOf([...shipped, ...own.map(({ name }) => name)])}, `
    + 'or the path of a device model.');
}
