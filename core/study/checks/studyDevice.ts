import { resolve } from 'node:path';
import { InputError, oneOf } from '../../base/errors.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { ownDevicePath } from '../devices/namedDevice.ts';
import type { StudyDescription } from '../folder.ts';
import { deviceOf } from '../library/studyDevices.ts';

/** A device of a study with the model that its file holds now. */
export interface StudyDeviceFile {
  readonly name: string;
  readonly model: DeviceModel;
  /** Absolute, of a model of one's own; those that ship with the program have none. */
  readonly path?: string;
  readonly maxMs?: number;
}

/** All devices of a study, in its order. @throws InputError as `loadDevice` */
export function studyDeviceFiles({ settings, info }: Pick<StudyDescription, 'settings' | 'info'>): StudyDeviceFile[] {
  return settings.devices.map((choice) => {
    const model = deviceOf(choice, info.baseDir);
    const path = ownDevicePath('file' in choice && choice.file !== undefined ? resolve(info.baseDir, choice.file) : choice.name!);
    const maxMs = 'maxMs' in choice ? choice.maxMs : undefined;
    return { name: model.name, model, ...(path !== undefined && { path }), ...(maxMs !== undefined && { maxMs }) };
  });
}

/** @throws InputError `unknown-device`, naming those of the study */
export function studyDeviceFile(study: Pick<StudyDescription, 'settings' | 'info'>, name: string): StudyDeviceFile {
  const devices = studyDeviceFiles(study);
  const found = devices.find((device) => device.name === name);
  if (found) return found;
  throw new InputError('unknown-device', `The study ${study.settings.name} has no device "${name}"; expected ${oneOf(devices.map((device) => device.name))}.`);
}
