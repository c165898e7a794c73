import { InputError, oneOf } from '../../base/errors.ts';
import { frontSubset } from '../../search/frontSubset.ts';
import type { DeviceFront, FrontEntry } from '../../search/result.ts';
import type { StudySummary } from '../summary.ts';

export interface BestChoice {
  /** As many, spread over the front. */
  readonly count?: number;
  /** Exactly these architectures of the front. */
  readonly ids?: readonly string[];
}

/** Where neither a choice nor the study's own exports say which. */
const usualCount = 3;

/**
 * The architectures of a device's front to measure: those asked for, or those that the study has exported for it, or three
 * that stand for the front.
 * @throws InputError `no-fronts` before the search is over, `unknown-device`, `unknown-architecture`
 */
export function chooseBest(summary: StudySummary, device: string, { count, ids }: BestChoice): FrontEntry[] {
  const { front, referencePoint } = frontOf(summary, device);
  if (front.length === 0) throw new InputError('no-fronts', `The front of ${device} in the study ${summary.name} is empty; there is nothing to measure.`);
  if (ids !== undefined) return ids.map((id) => front.find((entry) => entry.id === id) ?? unknown(id, device, summary));
  if (count !== undefined) return frontSubset(front, count, referencePoint);
  const exported = new Set(summary.exported.filter(({ devices }) => devices.includes(device)).map(({ id }) => id));
  const own = front.filter(({ id }) => exported.has(id));
  return own.length > 0 ? own : frontSubset(front, usualCount, referencePoint);
}

function frontOf({ name, result }: StudySummary, device: string): DeviceFront {
  if (result === null) throw new InputError('no-fronts', `The study ${name} has no fronts yet; expected one whose search is over.`);
  const found = result.devices.find((each) => each.device === device);
  if (found) return found;
  throw new InputError('unknown-device', `The study ${name} has searched no front for "${device}"; expected ${oneOf(result.devices.map((each) => each.device))}.`);
}

function unknown(id: string, device: string, { name }: StudySummary): never {
  throw new InputError('unknown-architecture', `The front of ${device} in the study ${name} has no architecture with the id ${id}.`);
}
