import { parseDocument } from 'yaml';
import { parseStudyFile } from '../study/studyFile.ts';
import type { StudyFile } from '../study/studyFile.ts';

/**
 * The study file with settings from the command line written into it, so that the copy in the study's folder tells what
 * was run, and a resume goes on with it. Comments and everything else stay.
 */
export function withOverrides(file: StudyFile, overrides: { seed?: number; engine?: string }): StudyFile {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  if (given.length === 0) return file;
  const document = parseDocument(file.text);
  for (const [key, value] of given) document.set(key, value);
  const text = document.toString({ lineWidth: 0 });
  return { ...file, text, settings: parseStudyFile(text, file.path) };
}
