import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { listDevices } from '../../latency/devices.ts';
import { userFolder } from '../settings/userFolder.ts';
import { deviceReference, findDevice, ownDevices, type OwnDevice } from './deviceFolders.ts';

/**
 * A device model as people name it anywhere: one that ships, one of their own in their library, or a file.
 * @param libraries where to look first
 * @throws InputError `unknown-device`, and as loadDevice
 */
export function namedDevice(nameOrPath: string, libraries: readonly string[] = []): DeviceModel {
  return findDevice(nameOrPath, [...libraries, ...personLibraries()]);
}

/** The file of a model of one's own, named likewise; undefined for those that ship. @throws InputError `unknown-device` */
export function ownDevicePath(nameOrPath: string, libraries: readonly string[] = []): string | undefined {
  const reference = deviceReference(nameOrPath, [...libraries, ...personLibraries()]);
  return listDevices().some(({ name, path }) => name === reference || path === resolve(reference)) ? undefined : resolve(reference);
}

/** A person's own devices, of each name the first. */
export function personDevices(): OwnDevice[] {
  return [...new Map(personLibraries().flatMap(ownDevices).reverse().map((device) => [device.name, device])).values()].reverse();
}

/** The library that a person has chosen, and that of the working folder. */
function personLibraries(): string[] {
  const file = join(userFolder(), 'settings.json');
  const chosen = z.object({ libraryFolder: z.string().min(1) }).safeParse(jsonIn(file)).data?.libraryFolder;
  return [...new Set([...(chosen === undefined ? [] : [resolve(dirname(file), chosen)]), resolve('runs')])];
}

/** What a damaged file says is nothing here; whoever opens the settings hears of it. */
function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
