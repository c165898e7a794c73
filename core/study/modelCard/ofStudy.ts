import type { Engine } from '../../engine/engine.ts';
import { InputError } from '../../base/errors.ts';
import type { Measurement } from '../../latency/measurements/record.ts';
import { studyMeasurements } from '../checks/sessions.ts';
import { studyDeviceFiles } from '../checks/studyDevice.ts';
import type { StudyDescription } from '../folder.ts';
import { judgeStudy, type StudySettings } from '../studyFile.ts';
import { readSummary, type StudySummary } from '../summary.ts';
import { readText } from '../textFile.ts';
import { dataFacts, preparationText } from './dataFacts.ts';
import type { DescribedModel } from './describeModel.ts';
import { engineText } from './engineText.ts';
import type { CardDevice } from './latencies.ts';
import type { ModelCard } from './schema.ts';
import { settingsDifference } from './settingsDifference.ts';
import { sizeOptions } from './sizeOptions.ts';
import { commandText, shellWord } from './words.ts';
import type { CardOrigin } from './writeCard.ts';

type Study = Pick<StudyDescription, 'paths' | 'settings' | 'info'>;

/** How a study's model came to be. */
export interface StudyModel {
  readonly engine: Engine;
  /** As the study stands; read from its folder where it is left out. */
  readonly summary?: StudySummary;
  /** Of the file, or of its weights; null where nothing measured it. */
  readonly accuracy: CardOrigin['accuracy'];
  /** What was done after the study's own run: "export" with its images per run, or "handoff". */
  readonly command?: { readonly name: 'export'; readonly batch: number | 'dynamic'; readonly resolution?: number } | { readonly name: 'handoff' };
  /** Training steps that the weights have seen, where the study was not through. */
  readonly steps?: number;
}

/** The origin of a model with a study's weights: all that its folder tells. */
export async function studyOrigin(study: Study, model: DescribedModel, { engine, accuracy, command, steps, ...made }: StudyModel): Promise<CardOrigin> {
  const { settings, info: { baseDir } } = study;
  const summary = made.summary ?? await knownSummary(study);
  const isTrained = settings.scoring === undefined;
  const known = accuracy ?? accuracyIn(summary, model);
  const found = isTrained ? summary?.data ?? null : null;
  const { devices, remarks } = await devicesOf(study);
  return {
    engine: engineText(engine), accuracy: known, devices,
    weights: isTrained ? { origin: 'inherited', text: `Its weights are those that the supernet of the study ${settings.name} has learned for it, with batch norms calibrated on training images.` }
      : { origin: 'untrained', text: `Its weights are untrained, drawn from the seed ${settings.seed}; the study ${settings.name} searched by the score "${settings.scoring.proxy}".` },
    data: found && settings.data ? await dataFacts({ data: settings.data, seed: settings.seed, baseDir }, found) : null,
    preparation: isTrained ? preparationText(settings.data, model.network.resolution) : null,
    recipe: recipeOf(settings, steps),
    reproduce: {
      commands: [
        `pocketformer run study.yaml --out ${shellWord(folderOf(settings))}`,
        ...(command === undefined ? [] : [commandOf(command, settings, summary, model)]),
      ],
      files: [{ name: 'study.yaml', text: await readText(study.paths.studyFile) }],
      note: command === undefined ? `The run writes the file as models/${model.file.name}.` : null,
    },
    remarks: [
      ...remarks,
      ...(known && isOnFront(summary, model) ? ['The same validation images chose the architecture among many, so that its accuracy is rather too high than too low.'] : []),
      ...(steps !== undefined && isTrained && steps < settings.training.steps ? [`The weights are those of step ${steps} of ${settings.training.steps}: the supernet was still learning.`] : []),
    ],
  };
}

async function knownSummary({ paths }: Study): Promise<StudySummary | null> {
  try {
    return await readSummary(paths.summary);
  } catch (error) {
    if (error instanceof InputError && error.code === 'no-summary') return null;
    throw error;
  }
}

/** What the study's own run has measured of the same weights. */
function accuracyIn(summary: StudySummary | null, { network, file, backbone }: DescribedModel): CardOrigin['accuracy'] {
  if (backbone !== undefined) return null;
  const own = summary?.exported.find(({ key, precision }) => key === network.key && precision === file.precision);
  const data = summary?.data;
  if (!own || own.accuracy === null || !data) return null;
  return {
    top1: own.accuracy, images: own.comparison?.images ?? data.valImages, ...(own.comparison && { comparison: own.comparison }), seeds: [],
    of: own.comparison ? 'the file in ONNX Runtime on validation images' : 'the weights on the engine, on all validation images',
  };
}

const isOnFront = (summary: StudySummary | null, { network }: Pick<DescribedModel, 'network'>) =>
  summary?.result?.devices.some(({ front }) => front.some(({ key }) => key === network.key)) ?? false;

const folderOf = ({ name }: StudySettings) => `runs/${name}`;

function commandOf(command: NonNullable<StudyModel['command']>, settings: StudySettings, summary: StudySummary | null, model: DescribedModel): string {
  const { network, file } = model;
  const named = { study: folderOf(settings), arch: isOnFront(summary, model) ? network.id : network.published ?? JSON.stringify(network.architecture) };
  if (command.name === 'handoff') return commandText('handoff', { ...named, out: 'handoff' });
  const { calibration } = file;
  const size = model.backbone === undefined ? { resolution: command.resolution } : sizeOptions(model);
  return commandText('export', {
    ...named, ...size, precision: file.precision, batch: command.batch,
    ...(calibration && settings.data && { 'calibration-images': calibration.images, ranges: calibration.ranges }), out: file.name,
  });
}

/** Against what the study would have without a word about training, search and augmentation. */
function recipeOf(settings: StudySettings, steps: number | undefined): ModelCard['recipe'] {
  if (settings.scoring !== undefined) return null;
  const { space, seed, data, training, search } = settings;
  const judged = judgeStudy({ version: 1, space, devices: ['any'], data: plainData(data) }, 'defaults');
  if (!('settings' in judged) || judged.settings.scoring !== undefined) throw new RangeError('A study file with nothing but its images is not complete.');
  const base = judged.settings;
  return {
    preset: null, epochs: null, steps: steps ?? training.steps, batchSize: training.batchSize, seed,
    changed: settingsDifference({ data: base.data, training: base.training, search: base.search }, { data, training, search }),
  };
}

/** A data set without what is done to its images. */
export function plainData({ flip: _flip, crop: _crop, randAugment: _randAugment, colourJitter: _jitter, randomErasing: _erasing, ...plain }: NonNullable<StudySettings['data']>) {
  return plain;
}

/** A model has a card also where a device or a session cannot be read; the card says so. */
export async function devicesOf(study: Study): Promise<{ devices: readonly CardDevice[]; remarks: readonly string[] }> {
  try {
    const devices: CardDevice[] = [];
    for (const { name, model, path } of studyDeviceFiles(study)) devices.push({ model, path, measured: await measuredOf(study, name) });
    return { devices, remarks: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { devices: [], remarks: [`Its latencies are not told, because the study's devices cannot be read: ${error.message}`] };
  }
}

async function measuredOf(study: Study, device: string): Promise<Measurement[]> {
  return (await studyMeasurements(study, device)).map(({ measurement }) => measurement);
}
