import { createHash } from 'node:crypto';
import type { DeviceModel } from './deviceModel.ts';

/** SHA-256 of what a device model says, however its file is laid out: two models with one hash predict alike. */
export function modelHash(model: DeviceModel): string {
  return createHash('sha256').update(JSON.stringify(model, (_, value: unknown) => sorted(value))).digest('hex');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
