import { z } from 'zod';
import { predictLatency } from '../../latency/predict.ts';
import type { Network } from '../../network/network.ts';
import { namedDevice } from '../devices/namedDevice.ts';

/** The longest latency on a device that an architecture may be predicted to have. */
export const deviceLimitSchema = z.object({ device: z.string(), maxMs: z.number().positive() });
export type DeviceLimit = z.output<typeof deviceLimitSchema>;

/** @returns whether a network keeps the budgets of all devices. @throws InputError `unknown-device` */
export function withinLimits(limits: readonly DeviceLimit[]): (network: Network) => boolean {
  const models = limits.map(({ device, maxMs }) => ({ model: namedDevice(device), maxMs }));
  return (network) => models.every(({ model, maxMs }) => predictLatency(model, network).latencyMs <= maxMs);
}
