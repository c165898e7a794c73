import { parseDocument } from 'yaml';
import { parseStudyFile } from '../study/studyFile.ts';
import type { StudyFile } from '../study/studyFile.ts';

/** What the command line may say in place of a file. */
export interface Overrides {
  readonly seed?: number;
  readonly engine?: string;
  /** Of a transfer. */
  readonly seeds?: number;
}

/**
 * The study file with settings from the command line written into it, so that the copy in the study's folder tells what
 * was run, and a resume goes on with it. Comments and everything else stay.
 */
export function withOverrides(file: StudyFile, overrides: Overrides): StudyFile {
  const text = overriddenText(file.text, overrides);
  return text === file.text ? file : { ...file, text, settings: parseStudyFile(text, file.path) };
}

/** The text of a file with these settings at its top; as it is where there are none. */
export function overriddenText(text: string, overrides: Overrides): string {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  if (given.length === 0) return text;
  const document = parseDocument(text);
  for (const [key, value] of given) document.set(key, value);
  return document.toString({ lineWidth: 0 });
}
