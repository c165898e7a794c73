import { InputError, oneOf } from '../../base/errors.ts';

type Settings = Readonly<Record<string, unknown>>;

/** A published recipe, as parts of a training file. What a file says itself takes the place of what a preset says. */
export interface RecipePreset {
  /** Where it is published. */
  readonly title: string;
  /** Of the `data` part. */
  readonly data: Settings;
  /** Of the `training` part. */
  readonly training: Settings & { readonly epochs: number };
}

/** RandAugment rand-m9-mstd0.5: two operations of strength 9, as timm has them where nothing else is said. */
const strongAugmentation = { randAugment: { operations: 2, magnitude: 9, deviation: 0.5 }, randomErasing: 0.25 };
const strongMix = { mixup: 0.8, cutmix: 1, probability: 1, switchProbability: 0.5 };

/** The papers' numbers; docs/methods.md says which of them come from the papers and which from their released code. */
export const recipePresets: Readonly<Record<string, RecipePreset>> = {
  'as-vit': {
    title: 'As-ViT (Chen et al. 2022), appendix A; strengths of augmentation from the release',
    data: strongAugmentation,
    training: {
      epochs: 300, warmupEpochs: 20, batchSize: 1024, learningRate: 1e-3, learningRateBatchSize: 1024, minLearningRate: 1e-5, weightDecay: 0.05,
      labelSmoothing: 0.1, averageDecay: 0.99996, stochasticDepth: { rate: 0.1 }, mix: strongMix,
    },
  },
  'tf-tas': {
    title: 'TF-TAS (Zhou et al. 2022), section 4.1; augmentation as in AutoFormer',
    data: strongAugmentation,
    training: {
      epochs: 300, warmupEpochs: 5, batchSize: 256, learningRate: 1e-3, learningRateBatchSize: 256, minLearningRate: 1e-5, weightDecay: 0.05,
      labelSmoothing: 0.1, averageDecay: 0, stochasticDepth: { rate: 0.1 }, mix: strongMix,
    },
  },
  elasticvit: {
    title: "ElasticViT (Tang et al. 2023): the released supernet's recipe",
    data: { randAugment: { operations: 1, magnitude: 1, deviation: 0.5 }, colourJitter: 0.4, randomErasing: 0.01 },
    training: {
      epochs: 600, warmupEpochs: 5, cooldownEpochs: 10, batchSize: 512, learningRate: 5e-4, learningRateBatchSize: 512, minLearningRate: 5e-6,
      weightDecay: 0.05, decayConvolutions: false, adaptiveClip: 0.1, labelSmoothing: 0.1, averageDecay: 0.99985,
      mix: { mixup: 0.01, cutmix: 0.01, probability: 1, switchProbability: 0.5 }, distillation: { temperature: 0.2 },
    },
  },
};

export const presetNames: readonly string[] = Object.keys(recipePresets);

/** @throws InputError `unknown-preset` */
export function presetNamed(name: string): RecipePreset {
  if (Object.hasOwn(recipePresets, name)) return recipePresets[name];
  throw new InputError('unknown-preset', `No recipe is called "${name}"; accepted are ${oneOf(presetNames)}.`);
}

/**
 * A preset under what a file says. Durations that the preset states as parts of its epochs (warm-up and cool-down) shrink and grow with
 * the epochs, unless the file states them too.
 * @param own the file's `data` and `training`, as they were written
 * @returns both, still to be judged
 */
export function withPreset(preset: RecipePreset, own: { readonly data: unknown; readonly training: unknown }): { data: unknown; training: unknown } {
  const epochs = isSettings(own.training) && typeof own.training.epochs === 'number' ? own.training.epochs : preset.training.epochs;
  const share = epochs / preset.training.epochs;
  const durations = Object.entries(preset.training).filter(([name]) => name === 'warmupEpochs' || name === 'cooldownEpochs');
  const scaled = Object.fromEntries(durations.map(([name, value]) => [name, share * (value as number)]));
  return { data: under(own.data, preset.data), training: under(own.training, { ...preset.training, ...scaled }) };
}

/** Settings as one has them, with defaults from the other, part by part; lists are taken whole. What is no settings is left as it is. */
function under(own: unknown, defaults: Settings): unknown {
  if (own === undefined) return defaults;
  if (!isSettings(own)) return own;
  const merged = Object.entries(defaults).map(([name, value]) => [name, isSettings(value) ? under(own[name], value) : own[name] ?? value]);
  return { ...own, ...Object.fromEntries(merged) };
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
