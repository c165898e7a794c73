import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { folderLayout } from '../../data/folderScan.ts';
import { syntheticClasses } from '../../data/synthetic.ts';
import type { StudySettings } from '../studyFile.ts';

/** How many classes a study's networks tell apart; undefined while its images cannot be looked at, and where there are none. */
export async function studyClasses({ data }: Pick<StudySettings, 'data'>, baseDir: string): Promise<number | undefined> {
  if (data === undefined) return undefined;
  if (data.kind === 'synthetic') return syntheticClasses.length;
  try {
    return (await folderLayout(resolve(baseDir, data.path))).classes.length;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}
