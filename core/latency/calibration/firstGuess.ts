import type { Block } from '../../network/blocks.ts';
import { latencyKindOf } from '../features.ts';
import type { KnownDevice } from './design.ts';
import { knownDevicesPrior, unknownDevicePrior } from './prior.ts';
import type { Prior } from './prior.ts';
import { typicalKinds } from './typicalRates.ts';

/** Devices that know all kinds of blocks together, and how far the truth may be from them. */
export interface FirstGuess {
  readonly devices: readonly KnownDevice[];
  readonly prior: Prior;
}

/**
 * Known devices, with typical rates for kinds of blocks that none of them knows. Where there are such, the truth may be as far
 * away as from typical rates.
 * @param blocks what the devices have to know
 * @param knownPrior how far the truth may be from the known devices
 */
export function startingFrom(known: readonly KnownDevice[], blocks: Iterable<Block>, knownPrior = knownDevicesPrior): FirstGuess {
  const missing = [...new Set(Array.from(blocks, latencyKindOf))].filter((kind) => known.every(({ kinds }) => kinds[kind] === undefined));
  if (missing.length === 0) return { devices: known, prior: knownPrior };
  const typical: KnownDevice = { kinds: Object.fromEntries(missing.map((kind) => [kind, typicalKinds[kind]])) };
  return { devices: [...known, typical], prior: known.length > 0 ? widest(knownPrior, unknownDevicePrior) : unknownDevicePrior };
}

function widest(first: Prior, second: Prior): Prior {
  const most = (name: keyof Omit<Prior, 'title'>) => Math.max(first[name], second[name]);
  return {
    title: first.title, scale: most('scale'), device: most('device'), kind: most('kind'), term: most('term'), kindTerm: most('kindTerm'),
    column: most('column'), grid: most('grid'),
  };
}
