import { InputError } from '../../base/errors.ts';
import type { Network } from '../../network/network.ts';
import { blocksOfStages } from '../../network/parts.ts';
import type { Recipe } from './settings.ts';

/**
 * How many of a network's first blocks a recipe leaves as they begin.
 * @throws InputError `invalid-freeze` when none would be left to train, `no-stages`
 */
export function frozenBlocks({ freeze }: Pick<Recipe, 'freeze'>, network: Network): number {
  const { length } = network.blocks;
  if (freeze === 'nothing') return 0;
  if (freeze === 'backbone') return length - 1;
  const blocks = 'stages' in freeze ? blocksOfStages(network, freeze.stages) : freeze.blocks;
  if (blocks < length) return blocks;
  throw new InputError('invalid-freeze', `training.freeze: the network has ${length} blocks, its classifier included; expected fewer than that, was ${blocks}.`);
}
