import type { NetworkTrainingSettings } from '../networkTrainer.ts';
import type { Recipe } from './settings.ts';

/** A recipe on a number of images, in optimizer steps. */
export interface RecipeSchedule {
  /** Whole batches of the images: what is left of an epoch begins the next one. */
  readonly stepsPerEpoch: number;
  /** In all, cool-down included. */
  readonly steps: number;
  readonly evaluateEverySteps: number;
  /** Phases with fewer tokens, in order: each ends after so many steps. */
  readonly coarsePhaseEnds: readonly number[];
  readonly trainer: NetworkTrainingSettings;
}

/** @param trainImages of the data */
export function scheduleOf(recipe: Recipe, trainImages: number): RecipeSchedule {
  const { batchSize, epochs, cooldownEpochs, warmupEpochs, evaluateEveryEpochs, clipNorm = Infinity, retokenization: { phases } } = recipe;
  const stepsPerEpoch = Math.max(1, Math.floor(trainImages / batchSize));
  const stepsOf = (count: number) => Math.round(count * stepsPerEpoch);
  const steps = Math.max(1, stepsOf(epochs + cooldownEpochs));
  const scale = learningRateScale(recipe);
  let end = 0;
  return {
    stepsPerEpoch, steps, evaluateEverySteps: Math.max(1, stepsOf(evaluateEveryEpochs)),
    // One step at least is left to the network with all tokens, however the others are rounded.
    coarsePhaseEnds: phases.map((phase) => Math.min(steps - 1, stepsOf(end += phase.epochs))),
    trainer: {
      ...recipe, clipNorm, steps: Math.max(1, stepsOf(epochs)), warmupSteps: stepsOf(warmupEpochs),
      learningRate: scale * recipe.learningRate, minLearningRate: scale * recipe.minLearningRate,
    },
  };
}

/** Of so many steps, how many each phase has; the last one sees all tokens. */
export function stepsInPhases({ coarsePhaseEnds }: Pick<RecipeSchedule, 'coarsePhaseEnds'>, steps: number): number[] {
  const ends = [...coarsePhaseEnds, Infinity].map((end) => Math.min(end, steps));
  return ends.map((end, i) => end - (ends[i - 1] ?? 0));
}

/** What learning rates are multiplied by: the batch's size over that which they are stated for (Goyal et al. 2017), or its square root. */
export function learningRateScale({ batchSize, learningRateBatchSize = batchSize, learningRateScaling }: Recipe): number {
  const ratio = batchSize / learningRateBatchSize;
  return learningRateScaling === 'sqrt' ? Math.sqrt(ratio) : ratio;
}
