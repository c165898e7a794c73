import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { namedDevice } from '../devices/namedDevice.ts';
import type { DeviceChoice } from '../studyFile.ts';

/** Models stay, because predictions remember block shapes by model; a file that changed is read again. */
const loaded = new Map<string, { readonly version: string; readonly model: DeviceModel }>();
const maxLoaded = 50;

/**
 * The device model that a study names.
 * @param baseDir that files are relative to.
 * @throws InputError as loadDevice
 */
export function deviceOf(choice: DeviceChoice, baseDir: string): DeviceModel {
  const file = 'file' in choice && choice.file !== undefined ? resolve(baseDir, choice.file) : undefined;
  const key = file ?? choice.name ?? '';
  const version = versionOf(key);
  const known = loaded.get(key);
  if (known?.version === version) return known.model;
  const model = namedDevice(key);
  if (loaded.size >= maxLoaded) loaded.clear();
  loaded.set(key, { version, model });
  return model;
}

/** What lists call a study's device: by the name that ships, or by its file's. */
export const deviceLabel = (choice: DeviceChoice) => ('file' in choice && choice.file !== undefined ? basename(choice.file, '.json') : choice.name ?? '');

function versionOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.mtimeMs}:${stats.size}`;
}
