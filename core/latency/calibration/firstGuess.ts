import { latencyKinds } from '../features.ts';
import type { KnownDevice } from './design.ts';
import { knownDevicesPrior, unknownDevicePrior } from './prior.ts';
import type { Prior } from './prior.ts';
import { typicalKinds } from './typicalRates.ts';

/** Devices that know all kinds of blocks together, and how far the truth may be from them. */
export interface FirstGuess {
  readonly devices: readonly KnownDevice[];
  readonly prior: Prior;
}

/** Known devices, with typical rates for kinds of blocks that none of them knows. */
export function startingFrom(known: readonly KnownDevice[]): FirstGuess {
  const missing = latencyKinds.filter((kind) => known.every(({ kinds }) => kinds[kind] === undefined));
  const typical: KnownDevice = { kinds: Object.fromEntries(missing.map((kind) => [kind, typicalKinds[kind]])) };
  return { devices: [...known, ...(missing.length > 0 ? [typical] : [])], prior: known.length > 0 ? knownDevicesPrior : unknownDevicePrior };
}
