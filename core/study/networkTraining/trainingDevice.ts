import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { namedDevice } from '../devices/namedDevice.ts';

/** A device that a training file names, or whose model's path it gives. @throws as `namedDevice` */
export function trainingDevice(device: string, baseDir: string): DeviceModel {
  const path = resolve(baseDir, device);
  return namedDevice(existsSync(path) ? path : device);
}
