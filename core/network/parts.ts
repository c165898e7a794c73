import { InputError } from '../base/errors.ts';
import type { Network } from './network.ts';

/** A network's first blocks alone, as a network whose output is features. */
export function firstBlocks(network: Network, count: number): Network {
  return { ...network, blocks: network.blocks.slice(0, count) };
}

/** A network without its first blocks: one that reads what those make of images. */
export function blocksAfter(network: Network, count: number): Network {
  return count === 0 ? network : { ...network, blocks: network.blocks.slice(count) };
}

/**
 * How many blocks a network's first stages have together, with everything in front of them; stages are counted by the names of their blocks.
 * @throws InputError `no-stages` when the network has fewer
 */
export function blocksOfStages(network: Network, stages: number): number {
  const stageOf = (name: string) => Number(/^stages\.(\d+)\./.exec(name)?.[1] ?? NaN);
  const last = network.blocks.findLastIndex(({ name }) => stageOf(name) === stages - 1);
  if (last >= 0) return last + 1;
  const known = new Set(network.blocks.map(({ name }) => stageOf(name)).filter((stage) => !Number.isNaN(stage))).size;
  throw new InputError('no-stages', known === 0
    ? `Networks of ${network.space} have no stages; count blocks instead.` : `The network of ${network.space} has ${known} stages, not ${stages}.`);
}
