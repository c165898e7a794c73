import { scheduleOf } from '../../training/recipe/schedule.ts';
import type { Recipe } from '../../training/recipe/settings.ts';
import { passesOfStep } from '../spentMacs.ts';

/**
 * Epochs, to four digits, after which a training by a recipe has taken as many multiply-accumulates as it is given, cooldown included.
 * @param macs of one image's forward pass
 */
export function affordableEpochs(spentMacs: number, macs: number, trainImages: number, recipe: Recipe): number {
  const epochMacs = passesOfStep * macs * scheduleOf(recipe, trainImages).stepsPerEpoch * recipe.batchSize;
  return Number((spentMacs / epochMacs - recipe.cooldownEpochs).toPrecision(4));
}
