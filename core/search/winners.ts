import { frontSubset } from './frontSubset.ts';
import type { FrontEntry, SearchResult } from './result.ts';

export interface Winner {
  readonly entry: FrontEntry;
  /** On whose fronts it was chosen, in their order. */
  readonly devices: readonly string[];
}

/** The architectures that each device's front is best represented by, each once however many devices want it. */
export function winnersOf(result: SearchResult, perDevice: number): Winner[] {
  const wanted = new Map<string, { entry: FrontEntry; devices: string[] }>();
  for (const { device, front, referencePoint } of result.devices) {
    for (const entry of frontSubset(front, perDevice, referencePoint)) {
      const known = wanted.get(entry.key);
      if (known) known.devices.push(device);
      else wanted.set(entry.key, { entry, devices: [device] });
    }
  }
  return [...wanted.values()];
}
