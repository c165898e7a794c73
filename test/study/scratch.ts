import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import type { StudyFile } from '../../core/study/studyFile.ts';

/** An empty folder that is gone after the test file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketformer-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const studyText = `version: 1
name: tiny
seed: 3
space: elasticvit-mini
data:
  kind: synthetic
devices: [pixel4]
`;

export const studyFile: StudyFile = {
  settings: parseStudyFile(studyText, 'tiny.yaml'),
  text: studyText,
  path: 'tiny.yaml',
  baseDir: '/somewhere',
};
