import { presetNamed, withPreset } from '../../training/recipe/presets.ts';
import { recipeSchema } from '../../training/recipe/settings.ts';
import { z } from 'zod';

const augmentationSchema = z.object({
  randAugment: z.object({ operations: z.number().default(0), magnitude: z.number().default(0), deviation: z.number().default(0) }).prefault({}),
  colourJitter: z.number().default(0),
  randomErasing: z.number().default(0),
});

/** Which published recipe belongs to a space: by how its name begins. */
const recipesOfSpaces: readonly (readonly [space: string, preset: string])[] = [['elasticvit', 'elasticvit'], ['asvit', 'as-vit'], ['', 'tf-tas']];

/** The published recipe of a space. */
export function recipeOfSpace(space: string): string {
  return recipesOfSpaces.find(([start]) => space.startsWith(start))![1];
}

/** Images up to this size are moved by some pixels, larger ones are seen in parts. */
const largestMoved = 64;

/**
 * A recipe's preset as a handed-over program reads it (recipe.json): settings are called and meant as in Pocketformer's own training.
 * @throws InputError `unknown-preset`
 */
export function recipeFile(name: string, resolution: number): string {
  const preset = presetNamed(name);
  const { data, training } = withPreset(preset, { data: undefined, training: undefined });
  const recipe = recipeSchema.parse(training);
  const { randAugment, colourJitter, randomErasing } = augmentationSchema.parse(data);
  const isSmall = resolution <= largestMoved;
  return `${JSON.stringify({
    title: preset.title,
    epochs: recipe.epochs, warmupEpochs: recipe.warmupEpochs, cooldownEpochs: recipe.cooldownEpochs,
    batchSize: recipe.batchSize, learningRate: recipe.learningRate, learningRateBatchSize: recipe.learningRateBatchSize ?? recipe.batchSize,
    minLearningRate: recipe.minLearningRate,
    weightDecay: recipe.weightDecay, decayConvolutions: recipe.decayConvolutions, clipNorm: recipe.clipNorm ?? null, adaptiveClip: recipe.adaptiveClip,
    averageDecay: recipe.averageDecay, labelSmoothing: recipe.labelSmoothing, stochasticDepth: recipe.stochasticDepth.rate, mix: recipe.mix,
    crop: isSmall ? { kind: 'padded', padding: Math.round(resolution / 8) } : { kind: 'resized', minArea: 0.08 },
    flip: true, randAugment, colourJitter, randomErasing, evaluationCrop: isSmall ? 1 : 0.875,
  }, null, 2)}\n`;
}
