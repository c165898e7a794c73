import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { folderLayout } from '../../data/folderScan.ts';
import type { StudySettings } from '../studyFile.ts';
import { attempted, type Finding } from './checkText.ts';

/** What is wrong with where the images are. @param baseDir that relative paths start from. */
export async function dataProblems({ data }: Pick<StudySettings, 'data'>, baseDir: string): Promise<readonly Finding[]> {
  if (data?.kind !== 'folder') return [];
  return (await attempted(['data', 'path'], () => folderLayout(resolve(baseDir, data.path)))).problems;
}

/** Files of teachers that are not there. @param baseDir that relative paths start from. */
export function teacherProblems(teachers: readonly { readonly file: string }[], baseDir: string): Finding[] {
  return teachers.flatMap(({ file }, index) => {
    const path = resolve(baseDir, file);
    return existsSync(path) ? [] : [{ path: ['training', 'distillation', 'teachers', index, 'file'], text: `there is no file ${path}` }];
  });
}
