import { existsSync } from 'node:fs';
import type { Measurement } from '../../latency/measurements/record.ts';
import type { ModelToMeasure } from '../../latency/profilers/profiler.ts';
import { renameDurably } from '../files.ts';
import { acquireStudyLock } from '../lock.ts';
import { measureModels, type MeasuringHooks } from '../measuring/measureModels.ts';
import { modelOfFile } from '../measuring/modelFiles.ts';
import { referenceModel } from '../measuring/referenceModel.ts';
import { requireSessionFolder, sessionPaths } from '../measuring/sessionFolder.ts';
import { SessionFollower } from '../measuring/sessionFollower.ts';
import { sessionMeasurements } from '../measuring/sessionMeasurements.ts';
import { startProfiler } from '../measuring/startProfiler.ts';
import type { StorySettings } from './storyFile.ts';

/** Files as sessions know them, by path; those that are alike to the byte are one. @throws InputError as `modelOfFile` */
export async function modelsOfFiles(paths: readonly string[]): Promise<ReadonlyMap<string, ModelToMeasure>> {
  const known = new Map<string, ModelToMeasure>();
  const models = new Map<string, ModelToMeasure>();
  for (const path of paths) {
    const model = await modelOfFile(path);
    if (!known.has(model.sha256)) known.set(model.sha256, model);
    models.set(path, known.get(model.sha256)!);
  }
  return models;
}

/**
 * Measures files on this computer in a session that the folder keeps, or goes on with it.
 * @throws as `measureModels` and `hostProfiler`
 */
export async function measureFiles(
  folder: string, models: readonly ModelToMeasure[], { threads, processors, settings }: StorySettings['measuring'], hooks: MeasuringHooks,
): Promise<void> {
  await requireSessionFolder(folder);
  const reference = await referenceModel(folder);
  const profiler = await startProfiler({ way: 'host', spinning: false, threads, affinity: processors, probe: reference });
  try {
    await measureModels(models, reference, folder, { profiler, settings, seed: 1, ...hooks });
  } finally {
    await profiler.close();
  }
}

/**
 * Keeps a session under another name, so that the next one measures everything anew: latencies of different hours cannot be compared.
 * @throws EnvironmentError `study-in-use` while somebody measures
 */
export async function setSessionAside(folder: string): Promise<void> {
  if (!existsSync(sessionPaths(folder).entries)) return;
  (await acquireStudyLock(folder)).release();
  let number = 1;
  while (existsSync(`${folder}-before-${number}`)) number++;
  await renameDurably(folder, `${folder}-before-${number}`);
}

/** Whether all rounds of a session are done. @throws InputError `damaged-records` */
export async function isMeasured(folder: string): Promise<boolean> {
  const follower = new SessionFollower(folder);
  await follower.update();
  return follower.state?.isFinished ?? false;
}

/** What a session has measured so far, by the files' SHA-256. @throws InputError `damaged-records` */
export async function readMeasured(folder: string, models: readonly ModelToMeasure[]): Promise<ReadonlyMap<string, Measurement>> {
  return new Map((await sessionMeasurements(folder, models, 'host')).map((measurement) => [measurement.model.sha256!, measurement]));
}
