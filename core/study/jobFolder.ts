import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeUnfinishedCheckpoints } from './checkpoints.ts';
import { makeDirectory, removeLeftovers, removeQuietly, writeFileAtomic } from './files.ts';
import type { JobDescription, JobPaths } from './heldFolder.ts';
import { acquireStudyLock, studyLockHolder } from './lock.ts';
import type { StudyLock } from './lock.ts';
import { pocketformerVersion, studyFolderVersion, writeStudyInfo } from './studyInfo.ts';
import type { StudyInfo } from './studyInfo.ts';

/* How folders of jobs come to be and are taken: studies (folder.ts) and trainings (networkTraining/trainingFolder.ts). */

/** One that claims to be running, but has no living process, is `interrupted`. */
export function statusOf(directory: string, info: StudyInfo): StudyInfo {
  const isAbandoned = info.status === 'running' && studyLockHolder(directory) === undefined;
  return isAbandoned ? { ...info, status: 'interrupted' } : info;
}

interface NewJob<P extends JobPaths, S extends { readonly name: string; readonly seed: number }> extends Omit<JobDescription<P, S>, 'info'> {
  /** Against which relative paths of the settings are read. */
  readonly baseDir: string;
  /** What lies in the folder from the start. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** @throws InputError when something else is in the folder */
  readonly requireFree: () => Promise<void>;
}

/**
 * Makes the folder of a new job and takes it. When that fails, nothing is left; when the process is killed meanwhile, the
 * folder is not yet a job's and can be used again.
 * @throws as `requireFree`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`
 */
export async function createJobFolder<P extends JobPaths, S extends { readonly name: string; readonly seed: number }, F>(
  { directory, paths, settings, baseDir, files, requireFree }: NewJob<P, S>, hold: (job: JobDescription<P, S>, lock: StudyLock) => F,
): Promise<F> {
  await requireFree();
  const remedy = 'free space or choose another folder with --out.';
  const isNew = !existsSync(directory);
  await makeDirectory(directory, { remedy });
  const lock = await acquireStudyLock(directory);
  const written: string[] = [];
  try {
    await requireFree();
    for (const { path, text } of files) {
      written.push(path);
      await writeFileAtomic(path, text, { remedy });
    }
    const info: StudyInfo = {
      formatVersion: studyFolderVersion,
      name: settings.name,
      created: new Date().toISOString(),
      pocketformerVersion: pocketformerVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      engine: null,
      seed: settings.seed,
      baseDir,
      status: 'created',
    };
    // From here on the folder is a job's.
    written.push(paths.info);
    await writeStudyInfo(paths.info, info, remedy);
    return hold({ directory, paths, settings, info }, lock);
  } catch (error) {
    for (const path of written.reverse()) await removeQuietly(path);
    lock.release();
    if (isNew) await rmdir(directory).catch(() => undefined);
    throw error;
  }
}

/**
 * Takes the folder of a job for this process and clears away what a killed one left half-written.
 * @param describe reads what it is, before and after it is taken
 * @throws as `describe`; EnvironmentError `study-in-use`, `disk-full` or `cannot-write`
 */
export async function openJobFolder<P extends JobPaths, S, F>(
  directory: string, describe: () => Promise<JobDescription<P, S>>, hold: (job: JobDescription<P, S>, lock: StudyLock) => F,
): Promise<F> {
  await describe();
  const lock = await acquireStudyLock(directory);
  try {
    const job = await describe();
    for (const folder of [directory, job.paths.checkpoints, join(directory, 'results'), join(directory, 'models')]) await removeLeftovers(folder);
    await removeUnfinishedCheckpoints(job.paths.checkpoints);
    return hold(job, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}
