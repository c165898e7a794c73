import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { findArchitecture, getSpace, readArchitecture } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { architectureOnFront } from '../architectureOnFront.ts';
import { describeStudy, type StudyDescription } from '../folder.ts';
import type { TrainingSettings } from './trainingFile.ts';

/** Whose settings, and where its relative paths begin. */
export interface TrainingOwner {
  readonly settings: TrainingSettings;
  readonly info: { readonly baseDir: string };
}

/**
 * The architecture that a training file names.
 * @throws InputError `other-space` for a study of another space, and those of `findArchitecture` and `architectureOnFront`
 */
export async function architectureOf({ settings, info }: TrainingOwner): Promise<unknown> {
  const space = getSpace(settings.space);
  const { arch, start } = settings;
  if (typeof arch !== 'string') return space.parse(arch);
  const onFront = start.study === undefined ? undefined : await architectureOnFront(await startingStudy(start.study, info.baseDir, space), arch);
  if (onFront !== undefined) return onFront;
  try {
    return readArchitecture(space, arch);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'unknown-architecture' || !/[/\\.]/.test(arch)) throw error;
    return findArchitecture(space, resolve(info.baseDir, arch));
  }
}

/** The study that a training begins with. @throws InputError `other-space`, and those of `describeStudy` */
export async function startingStudy(folder: string, baseDir: string, space: SearchSpace): Promise<StudyDescription> {
  const study = await describeStudy(resolve(baseDir, folder));
  if (study.settings.space === space.id) return study;
  throw new InputError('other-space', `start.study: ${study.directory} is of the space ${study.settings.space}, the training of ${space.id}.`);
}
