import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { errorCode, writeFileAtomic } from './files.ts';
import { newerVersion } from './studyFile.ts';

/** The newest version of the study folder that this Pocketformer reads. */
export const studyFolderVersion = 1;

const infoSchema = z.object({
  formatVersion: z.literal(studyFolderVersion),
  name: z.string(),
  /** ISO time. */
  created: z.string(),
  pocketformerVersion: z.string(),
  /** Version of Node.js, and "linux x64" and the like. */
  node: z.string(),
  platform: z.string(),
  /** Engine that did the work; null before it was chosen. */
  engine: z.string().nullable(),
  seed: z.int().min(0),
  /** Folder that the paths in the study file are relative to. */
  baseDir: z.string(),
  /** What the last process said; `running` without a living process means that it was interrupted. */
  status: z.enum(['created', 'running', 'interrupted', 'failed', 'finished']),
});

/** What study.json tells about a study: where it comes from and how it stands. */
export type StudyInfo = z.infer<typeof infoSchema>;
export type StudyStatus = StudyInfo['status'];

/**
 * @param directory the study, for messages.
 * @throws InputError `not-a-study`, `study-version` or `damaged-study`.
 */
export async function readStudyInfo(path: string, directory: string): Promise<StudyInfo> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new InputError('not-a-study', `${directory}: is not a study; a study's folder holds a study.json.`, { cause: error });
    }
    throw error;
  }
  const json = parseJson(text);
  const version = typeof json === 'object' && json !== null && 'formatVersion' in json ? json.formatVersion : undefined;
  if (typeof version === 'number' && version > studyFolderVersion) throw newerVersion(path, version, studyFolderVersion);
  const parsed = infoSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new InputError('damaged-study', `${path}: does not describe a study; was it edited?`, { cause: parsed.error });
}

export async function writeStudyInfo(path: string, info: StudyInfo, remedy?: string): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(infoSchema.parse(info), undefined, 2)}\n`, { remedy });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const packageSchema = z.object({ version: z.string() });

/** The version in package.json. */
export function pocketformerVersion(): string {
  return packageSchema.parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).version;
}
