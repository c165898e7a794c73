import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { dataSchema as dataSettingsSchema } from '../../data/config.ts';
import type { Engine } from '../../engine/engine.ts';
import { presetNamed, withPreset } from '../../training/recipe/presets.ts';
import { recipeSchema } from '../../training/recipe/settings.ts';
import { namedDevice, ownDevicePath } from '../devices/namedDevice.ts';
import { otherSeeds } from '../networkTraining/otherSeeds.ts';
import type { TrainingSettings } from '../networkTraining/trainingFile.ts';
import type { TrainingView } from '../networkTraining/trainingFolder.ts';
import type { TrainingResult } from '../networkTraining/trainingResult.ts';
import { readText } from '../textFile.ts';
import { dataFacts, preparationText } from './dataFacts.ts';
import type { DescribedModel } from './describeModel.ts';
import { engineText } from './engineText.ts';
import type { CardDevice } from './latencies.ts';
import { plainData } from './ofStudy.ts';
import type { ModelCard } from './schema.ts';
import { settingsDifference } from './settingsDifference.ts';
import { shellWord } from './words.ts';
import type { CardOrigin } from './writeCard.ts';

/** The origin of a model that a training has written: all that its folder tells. */
export async function trainingOrigin(training: Pick<TrainingView, 'directory' | 'paths' | 'settings' | 'info'>, result: TrainingResult, engine: Engine, model: DescribedModel): Promise<CardOrigin> {
  const { settings, info: { baseDir }, paths } = training;
  const { evaluation, epochs, start } = result;
  const { devices, remarks } = devicesOf(settings, baseDir);
  return {
    engine: engineText(engine), devices,
    weights: {
      origin: 'trained',
      text: `Its weights are those of the training ${settings.name}: ${evaluation.weights === 'best' ? `of the best of ${epochs.length} evaluations` : 'the last ones'}; it began with ${start}.`,
    },
    data: await dataFacts({ data: settings.data, seed: settings.seed, baseDir }, result.data),
    preparation: preparationText(settings.data, model.network.resolution),
    recipe: recipeOf(settings, result),
    accuracy: await accuracyOf(training, result, model),
    reproduce: {
      commands: [`pocketformer train training.yaml --out ${shellWord(`runs/${settings.name}`)}`],
      files: [{ name: 'training.yaml', text: await readText(paths.trainingFile) }],
      note: [
        `The training writes the file as models/${model.file.name}.`,
        ...(settings.start.study === undefined && settings.start.weights === undefined ? [] : [`It needs ${settings.start.study ?? settings.start.weights} to begin with.`]),
      ].join(' '),
    },
    remarks: [
      ...remarks,
      ...(model.backbone === undefined && evaluation.weights === 'best' && epochs.length > 1 ? ['The same validation images chose the best evaluation, so that its accuracy is rather too high than too low.'] : []),
    ],
  };
}

async function accuracyOf(training: Pick<TrainingView, 'directory' | 'settings'>, { exported, evaluation, otherPrecisions, data }: TrainingResult, { file }: DescribedModel): Promise<CardOrigin['accuracy']> {
  const of = 'the file in ONNX Runtime on all validation images';
  const seeds = await otherSeeds(training.directory, training.settings, data.id);
  if (file.precision === 'float32') {
    const own = { seed: training.settings.seed, top1: exported.accuracy, sameImages: true };
    return { top1: exported.accuracy, images: evaluation.images, top5: evaluation.top5Accuracy, of, seeds: seeds.length === 0 ? [] : [own, ...seeds] };
  }
  const comparison = otherPrecisions.find(({ precision }) => precision === file.precision)?.comparison;
  return comparison === undefined ? null : { top1: comparison.written, images: comparison.images, of, comparison, seeds: [] };
}

/** Against the preset at the same length or, without one, against Pocketformer's own settings. */
function recipeOf({ preset: name, data, training, seed }: TrainingSettings, { steps, epochs }: TrainingResult): ModelCard['recipe'] {
  const preset = name === undefined ? undefined : presetNamed(name);
  const own = { data: plainData(data), training: { epochs: training.epochs } };
  const base = preset === undefined ? own : withPreset(preset, own);
  return {
    preset: preset === undefined ? null : { name: name!, title: preset.title }, epochs: epochs.at(-1)?.epoch ?? null, steps, batchSize: training.batchSize, seed,
    changed: {
      ...(preset !== undefined && preset.training.epochs !== training.epochs ? { 'training.epochs': training.epochs } : {}),
      ...settingsDifference({ data: dataSettingsSchema.parse(base.data), training: recipeSchema.parse(base.training) }, { data, training }),
    },
  };
}

function devicesOf({ devices }: TrainingSettings, baseDir: string): { devices: readonly CardDevice[]; remarks: readonly string[] } {
  try {
    return {
      devices: devices.map((device) => {
        const file = resolve(baseDir, device);
        const named = existsSync(file) ? file : device;
        return { model: namedDevice(named), path: ownDevicePath(named) };
      }),
      remarks: [],
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { devices: [], remarks: [`Its latencies are not told, because the training's devices cannot be read: ${error.message}`] };
  }
}
