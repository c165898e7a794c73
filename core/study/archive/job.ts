import { InputError } from '../../base/errors.ts';
import type { DataConfig } from '../../data/config.ts';
import { loadLatestCheckpoint } from '../checkpoints.ts';
import { describeStudy } from '../folder.ts';
import { isTraining, readTraining } from '../networkTraining/trainingFolder.ts';
import { readTrainingResult } from '../networkTraining/trainingResult.ts';
import type { StudySettings } from '../studyFile.ts';
import type { TrainingSettings } from '../networkTraining/trainingFile.ts';
import { readSummary } from '../summary.ts';
import { readOrigin } from './origin.ts';

/** A study or a training, as far as both are alike: a folder with a file of settings. */
export type PackableJob = { readonly directory: string; readonly name: string; readonly baseDir: string; readonly settingsFile: string; readonly infoFile: string } & (
  | { readonly kind: 'study'; readonly settings: StudySettings }
  | { readonly kind: 'training'; readonly settings: TrainingSettings }
);

/** @throws as `describeStudy` and `readTraining` */
export async function readJob(directory: string): Promise<PackableJob> {
  if (isTraining(directory)) {
    const { info, paths, settings } = await readTraining(directory);
    return { kind: 'training', directory, name: info.name, baseDir: info.baseDir, settingsFile: paths.trainingFile, infoFile: paths.info, settings };
  }
  const { info, paths, settings } = await describeStudy(directory);
  return { kind: 'study', directory, name: info.name, baseDir: info.baseDir, settingsFile: paths.studyFile, infoFile: paths.info, settings };
}

/** What is known of the images that a job has worked with. */
export interface KnownImages {
  readonly id: string;
  readonly trainImages: number | null;
  readonly valImages: number | null;
}

/** From results, checkpoints or the archive that it came in, whichever tells; undefined where no images have been read yet. */
export async function knownImages(directory: string): Promise<KnownImages | undefined> {
  const found = await imagesInResults(directory) ?? await imagesInCheckpoint(directory);
  if (found) return found;
  const data = (await readOrigin(directory))?.data;
  return data?.id ? { ...data, id: data.id } : undefined;
}

async function imagesInResults(directory: string): Promise<KnownImages | undefined> {
  if (isTraining(directory)) return (await readTrainingResult((await readTraining(directory)).paths))?.data;
  try {
    return (await readSummary((await describeStudy(directory)).paths.summary)).data ?? undefined;
  } catch (error) {
    if (error instanceof InputError && error.code === 'no-summary') return undefined;
    throw error;
  }
}

async function imagesInCheckpoint(directory: string): Promise<KnownImages | undefined> {
  const { paths } = isTraining(directory) ? await readTraining(directory) : await describeStudy(directory);
  const state = (await loadLatestCheckpoint(paths.checkpoints, { phase: 'training' }))?.state as { data?: unknown } | undefined;
  return typeof state?.data === 'string' ? { id: state.data, trainImages: null, valImages: null } : undefined;
}

/** The folder of images that a job's settings name; undefined for painted images, or none. */
export function imageFolder({ settings: { data } }: PackableJob): Extract<DataConfig, { kind: 'folder' }> | undefined {
  return data?.kind === 'folder' ? data : undefined;
}
