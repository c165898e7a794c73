import { resolve } from 'node:path';
import { CancelledError, InputError, messageOf, PocketformerError } from '../../base/errors.ts';
import { augmentationOf, loadData } from '../../data/config.ts';
import { linearBaseline } from '../../data/linearBaseline.ts';
import { measureNormalisation } from '../../data/normalisation.ts';
import { startEngine } from '../../engine/engines.ts';
import { loadDevice } from '../../latency/devices.ts';
import { evaluatedPoints, searchResult } from '../../search/result.ts';
import type { SearchState } from '../../search/state.ts';
import { getSpace } from '../../spaces/index.ts';
import { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import type { Weights } from '../../model/weights.ts';
import type { Study } from '../folder.ts';
import { frontsPng, frontsSvg, pictureOf } from '../frontsPicture.ts';
import type { StudySettings } from '../studyFile.ts';
import { readSummary, type StudySummary } from '../summary.ts';
import { readEarlierStudies } from '../warmStart.ts';
import { warn } from './context.ts';
import type { RunContext, StudyDevice } from './context.ts';
import { exportPhase } from './exportPhase.ts';
import type { RunHooks } from './hooks.ts';
import { searchPhase, searchProblem } from './searchPhase.ts';
import type { SearchStart } from './searchPhase.ts';
import { trainingPhase } from './trainingPhase.ts';

/**
 * Does everything that is left of a study: reads the data, trains, searches, exports. What was done before is taken
 * from the checkpoints, and the outcome is the same as if it had never been interrupted; a finished study is only read.
 * The caller holds the study and closes it.
 *
 * @throws CancelledError after `hooks.signal`, with everything saved; InputError and EnvironmentError of the phases
 */
export async function runStudy(study: Study, hooks: RunHooks = {}): Promise<StudySummary> {
  if (study.info.status === 'finished') return readSummary(study.paths.summary);
  try {
    const earlier = await earlierStudies(study);
    const context = await prepareRun(study, hooks);
    try {
      return await phases(context, earlier);
    } finally {
      context.data.close();
    }
  } catch (error) {
    await recordFailure(study, error);
    throw error;
  }
}

/**
 * What the search is to begin with is read before anything else, since nobody wants to learn after hours that a folder is
 * missing. A search that has begun holds its initial population; only those of later latency windows are still to come.
 */
async function earlierStudies(study: Study): Promise<SearchStart['earlier']> {
  const { settings: { search: { warmStart, selection }, space }, info } = study;
  if (warmStart.length === 0) return [];
  if (selection !== 'budget' && await study.loadLatestCheckpoint({ phase: 'search' })) return [];
  return readEarlierStudies(warmStart, info.baseDir, getSpace(space));
}

async function phases(context: RunContext, earlier: SearchStart['earlier']): Promise<StudySummary> {
  const { study } = context;
  const { weights, remembered } = await trainingPhase(context);
  const evaluator = evaluatorOf(context, weights);
  const problem = searchProblem(context, { earlier, remembered });
  const state = await searchPhase(context, problem, evaluator);
  const result = searchResult(problem, state);
  await study.writeFile(study.paths.fronts, `${JSON.stringify(result, undefined, 2)}\n`);
  await writeSummary(context, { ...context.summary, result });
  await drawFronts(context, state);
  const exported = await exportPhase(context, evaluator, result);
  await writeSummary(context, { ...context.summary, exported });
  study.events.append({ kind: 'finished' });
  await study.update({ status: 'finished' });
  return context.summary;
}

/** Loads what the phases share; the caller closes the data. Nothing is written before the study file's names and data have proved good. */
export async function prepareRun(study: Study, hooks: RunHooks): Promise<RunContext> {
  const { settings } = study;
  const devices = loadStudyDevices(settings, study.info.baseDir);
  const { threads, memoryGiB } = settings.compute;
  const engine = await startEngine(settings.engine, { threads, memoryBytes: memoryGiB === undefined ? undefined : memoryGiB * 2 ** 30 });
  await study.update({ status: 'running', engine: engine.info.id });
  if (study.events.lastSeq === 0) {
    study.events.append({
      kind: 'study-started', name: settings.name, space: settings.space, seed: settings.seed,
      pocketformerVersion: study.info.pocketformerVersion,
    });
  }
  const data = await loadData(settings.data, {
    baseDir: study.info.baseDir, cacheDir: study.paths.cache, seed: settings.seed, signal: hooks.signal,
    onProgress: ({ done, total }) => hooks.onProgress?.({ phase: 'data', done, total, unit: 'images' }),
  });
  const known = await knownSummary(study);
  const isNew = known === undefined;
  const context: RunContext = {
    study, hooks, engine, devices, data, space: getSpace(settings.space),
    normalisation: measureNormalisation(data.train, data.imageSize), augmentation: augmentationOf(settings.data),
    summary: known ?? {
      format: 'pocketformer-summary', version: 1, name: settings.name, space: settings.space, seed: settings.seed,
      engine: engine.info.id, result: null, exported: [], warnings: [],
      data: {
        id: data.id, classes: [...data.classes], trainImages: data.train.count, valImages: data.val.count,
        imageSize: data.imageSize, skipped: [...data.skipped],
        linearAccuracy: (await linearBaseline(data, { seed: settings.seed, signal: hooks.signal })).valAccuracy,
      },
    },
  };
  if (data.skipped.length > 0) {
    const message = skippedMessage(data.skipped);
    // A run that goes on finds the same images as the one before.
    if (isNew) warn(context, 'images-skipped', message);
    else hooks.onMessage?.(message, 'warning');
  }
  await writeSummary(context, context.summary);
  return context;
}

async function knownSummary(study: Study): Promise<StudySummary | undefined> {
  try {
    return await readSummary(study.paths.summary);
  } catch (error) {
    if (error instanceof InputError && error.code === 'no-summary') return undefined;
    throw error;
  }
}

async function writeSummary(context: RunContext, summary: StudySummary): Promise<void> {
  context.summary = summary;
  await context.study.writeFile(context.study.paths.summary, `${JSON.stringify(summary, undefined, 2)}\n`);
}

/**
 * @param baseDir that files of device models are relative to
 * @throws InputError for unknown names, unreadable files, or a device named twice
 */
export function loadStudyDevices(settings: StudySettings, baseDir: string): StudyDevice[] {
  const devices = settings.devices.map((choice): StudyDevice => {
    const named = 'file' in choice && choice.file !== undefined ? resolve(baseDir, choice.file) : choice.name!;
    const model = loadDevice(named);
    const maxMs = 'maxMs' in choice ? choice.maxMs : undefined;
    return { name: model.name, model, ...(maxMs === undefined ? {} : { maxMs }) };
  });
  const twice = devices.find(({ name }, i) => devices.findIndex((other) => other.name === name) !== i);
  if (twice) throw new InputError('duplicate-device', `The study names the device "${twice.name}" twice.`);
  return devices;
}

/** Judges and extracts subnets of a trained supernet with the study's own data and settings. */
export function evaluatorOf({ study, engine, data, normalisation, augmentation }: RunContext, weights: Weights): SubnetEvaluator {
  const { seed, training, search } = study.settings;
  return new SubnetEvaluator({
    engine, weights, data, normalisation, augmentation, seed, batchSize: training.batchSize,
    calibrationBatches: search.calibrationBatches,
  });
}

async function drawFronts({ study, summary, devices }: RunContext, state: SearchState<unknown>): Promise<void> {
  const svg = frontsSvg(pictureOf(summary.result!, devices.map((_, i) => evaluatedPoints(state, i)), {
    title: summary.name, baseline: { label: 'linear classifier', accuracy: summary.data.linearAccuracy },
  }));
  await study.writeFile(study.paths.frontsSvg, svg);
  await study.writeFile(study.paths.frontsPng, await frontsPng(svg));
}

/** Notes how a run ended that did not finish; on a full disk even that can fail, and then the first failure is the one to report. */
export async function recordFailure(study: Study, error: unknown): Promise<void> {
  try {
    if (error instanceof CancelledError) {
      study.events.append({ kind: 'interrupted', reason: error.message });
      await study.update({ status: 'interrupted' });
    } else {
      study.events.append({ kind: 'failed', code: error instanceof PocketformerError ? error.code : 'unexpected', message: messageOf(error) });
      await study.update({ status: 'failed' });
    }
  } catch (second) {
    if (!(second instanceof PocketformerError)) throw second;
  }
}

function skippedMessage(skipped: readonly { path: string; reason: string }[]): string {
  const [{ path, reason }] = skipped;
  return `${skipped.length} ${skipped.length === 1 ? 'image was' : 'images were'} skipped, for example ${path}: ${reason}.`;
}
