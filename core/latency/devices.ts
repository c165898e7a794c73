import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError, messageOf, oneOf } from '../base/errors.ts';
import { parseDeviceModel } from './deviceModel.ts';
import type { DeviceModel } from './deviceModel.ts';

/** Where the device models that come with the program lie. */
const shippedFolder = new URL('../../latency-models/', import.meta.url);

export interface DeviceListing {
  /** What `loadDevice` and the command line call it. */
  readonly name: string;
  readonly title: string;
  readonly runtime: string;
  readonly path: string;
}

/** The device models that come with the program, by name. */
export function listDevices(): DeviceListing[] {
  return shippedNames().map((name) => ({ ...listingOf(shippedPath(name)), name }));
}

/** A device model's file as it is listed. @throws InputError as loadDevice */
export function listingOf(path: string): DeviceListing {
  const { name, device, runtime } = readDeviceModel(path);
  return {
    name, path, title: device.title,
    runtime: `${runtime.name}, ${runtime.precision}, ${runtime.processor}, threads: ${runtime.threads}`,
  };
}

/**
 * A device model by name (see `listDevices`) or by the path of a file.
 * @throws InputError `unknown-device` when there is neither; what parseDeviceModel throws when the file is not good.
 */
export function loadDevice(nameOrPath: string): DeviceModel {
  const names = shippedNames();
  if (names.includes(nameOrPath)) return readDeviceModel(shippedPath(nameOrPath));
  if (existsSync(nameOrPath) && statSync(nameOrPath).isFile()) return readDeviceModel(nameOrPath);
  throw new InputError('unknown-device',
    `No device model is called "${nameOrPath}" and no such file exists; expected ${oneOf(names)}, or the path of a ` +
    'device model.');
}

function readDeviceModel(path: string): DeviceModel {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError('unreadable-device-model', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return parseDeviceModel(text, path);
}

const shippedPath = (name: string) => fileURLToPath(new URL(`${name}.json`, shippedFolder));

function shippedNames(): string[] {
  return readdirSync(shippedFolder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
