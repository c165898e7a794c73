import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { augmentationOf, loadData } from '../../data/config.ts';
import type { DataConfig } from '../../data/config.ts';
import { linearBaseline } from '../../data/linearBaseline.ts';
import { measureNormalisation } from '../../data/normalisation.ts';
import type { Engine } from '../../engine/engine.ts';
import { getSpace } from '../../spaces/index.ts';
import { withImages } from '../archive/missingData.ts';
import { namedDevice, ownDevicePath } from '../devices/namedDevice.ts';
import type { Study } from '../folder.ts';
import { objectiveOf } from '../objectiveOf.ts';
import { requireTraining } from '../requireTraining.ts';
import type { StudySettings, TrainingFreeStudySettings } from '../studyFile.ts';
import { readSummary } from '../summary.ts';
import type { DataSummary, StudySummary } from '../summary.ts';
import { warn } from './context.ts';
import type { RunContext, RunData, ScoringRun, StudyDevice, TrainingContext } from './context.ts';
import { followDeviceModels } from './deviceModels.ts';
import { engineOf } from './engineOf.ts';
import type { RunHooks } from './hooks.ts';
import { writeSummary } from './writeResults.ts';

/**
 * Loads what the phases of a study that trains share; the caller closes the data. Nothing is written before the study file's names
 * and data have proved good.
 */
export async function prepareTraining(study: Study, hooks: RunHooks): Promise<TrainingContext> {
  const settings = requireTraining(study.settings, study.directory);
  const devices = loadStudyDevices(settings, study.info.baseDir);
  const engine = await startStudyEngine(study);
  await begin(study);
  const images = await loadRunData(study, settings.data, hooks);
  const { data } = images;
  const known = await knownSummary(study);
  const context: TrainingContext = {
    study, hooks, settings, engine, devices, ...images, space: getSpace(settings.space), classes: data.classes.length,
    objective: objectiveOf(settings),
    summary: known ?? newSummary(settings, engine, {
      ...dataSummary(images), linearAccuracy: (await linearBaseline(data, { seed: settings.seed, signal: hooks.signal })).valAccuracy,
    }),
  };
  tellSkipped(context, images, known === undefined);
  followDeviceModels(context);
  await writeSummary(context, context.summary);
  return context;
}

/** The same of a study that scores, whose data are there only where the score looks at images; it starts no engine by itself. */
export async function prepareScoring(study: Study, settings: TrainingFreeStudySettings, hooks: RunHooks): Promise<ScoringRun> {
  const devices = loadStudyDevices(settings, study.info.baseDir);
  await begin(study);
  const images = settings.scoring.inputs === 'images' && settings.data ? await loadRunData(study, settings.data, hooks) : undefined;
  const space = getSpace(settings.space);
  const known = await knownSummary(study);
  const context: ScoringRun = {
    study, hooks, settings, devices, images, space, classes: images?.data.classes.length ?? space.defaultClasses, objective: objectiveOf(settings),
    summary: known ?? newSummary(settings, undefined, images ? dataSummary(images) : null),
  };
  if (images) tellSkipped(context, images, known === undefined);
  followDeviceModels(context);
  await writeSummary(context, context.summary);
  return context;
}

/** Starts the engine that the study asks for, with what the engine may take of the machine, and writes down which it is. */
export async function startStudyEngine(study: Pick<Study, 'update'> & { readonly settings: Pick<StudySettings, 'engine' | 'compute'> }): Promise<Engine> {
  const engine = await engineOf(study.settings);
  await study.update({ engine: engine.info.id });
  return engine;
}

async function begin(study: Study): Promise<void> {
  await study.update({ status: 'running' });
  if (study.events.lastSeq > 0) return;
  const { name, space, seed } = study.settings;
  study.events.append({ kind: 'study-started', name, space, seed, pocketformerVersion: study.info.pocketformerVersion });
}

/** What a study's or a training's images are, wherever its folder is. */
export interface ImagesOwner {
  readonly directory: string;
  readonly info: Pick<Study['info'], 'baseDir'>;
  readonly paths: Pick<Study['paths'], 'cache'>;
  readonly settings: Pick<StudySettings, 'seed'>;
}

export async function loadRunData(study: ImagesOwner, config: DataConfig, hooks: RunHooks): Promise<RunData> {
  const data = await withImages(study.directory, () => loadData(config, {
    baseDir: study.info.baseDir, cacheDir: study.paths.cache, seed: study.settings.seed, signal: hooks.signal,
    onProgress: ({ done, total }) => hooks.onProgress?.({ phase: 'data', done, total, unit: 'images' }),
  }));
  return { data, normalisation: measureNormalisation(data.train, data.imageSize), augmentation: augmentationOf(config) };
}

function newSummary({ name, space, seed, scoring }: StudySettings, engine: Engine | undefined, data: DataSummary | null): StudySummary {
  return { name, space, seed, engine: engine?.info.id ?? null, scoring: scoring ?? null, data, result: null, exported: [], warnings: [] };
}

function dataSummary({ data }: RunData): DataSummary {
  return {
    id: data.id, classes: [...data.classes], trainImages: data.train.count, valImages: data.val.count, imageSize: data.imageSize,
    skipped: [...data.skipped], linearAccuracy: null,
  };
}

function tellSkipped(context: RunContext, { data: { skipped } }: RunData, isNew: boolean): void {
  if (skipped.length === 0) return;
  const [{ path, reason }] = skipped;
  const message = `${skipped.length} ${skipped.length === 1 ? 'image was' : 'images were'} skipped, for example ${path}: ${reason}.`;
  // A run that goes on finds the same images as the one before.
  if (isNew) warn(context, 'images-skipped', message);
  else context.hooks.onMessage?.(message, 'warning');
}

async function knownSummary(study: Study): Promise<StudySummary | undefined> {
  try {
    return await readSummary(study.paths.summary);
  } catch (error) {
    if (error instanceof InputError && error.code === 'no-summary') return undefined;
    throw error;
  }
}

/**
 * @param baseDir that files of device models are relative to
 * @throws InputError for unknown names, unreadable files, or a device named twice
 */
export function loadStudyDevices(settings: Pick<StudySettings, 'devices'>, baseDir: string): StudyDevice[] {
  const devices = settings.devices.map((choice): StudyDevice => {
    const named = 'file' in choice && choice.file !== undefined ? resolve(baseDir, choice.file) : choice.name!;
    const model = namedDevice(named);
    const path = ownDevicePath(named);
    const maxMs = 'maxMs' in choice ? choice.maxMs : undefined;
    return { name: model.name, model, ...(path !== undefined && { path }), ...(maxMs === undefined ? {} : { maxMs }) };
  });
  const twice = devices.find(({ name }, i) => devices.findIndex((other) => other.name === name) !== i);
  if (twice) throw new InputError('duplicate-device', `The study names the device "${twice.name}" twice.`);
  return devices;
}
