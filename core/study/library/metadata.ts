import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { errorCode, renameDurably, writeFileAtomic } from '../files.ts';

export const metadataName = 'workbench.json';

const tag = z.string().trim().min(1).max(60);
const metadataSchema = z.object({
  version: z.literal(1).default(1),
  tags: z.array(tag).max(50).default([]),
  archived: z.boolean().default(false),
  notes: z.string().max(100_000).optional(),
});

/** What a person noted about a study; no job reads or writes it. */
export type StudyMetadata = z.output<typeof metadataSchema>;

/** @throws InputError `damaged-metadata` */
export async function readMetadata(directory: string): Promise<StudyMetadata> {
  const path = join(directory, metadataName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return metadataSchema.parse({});
    throw error;
  }
  try {
    return metadataSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new InputError('damaged-metadata',
      `${path}: does not hold a study's tags; they count as none until they are set again.`, { cause: error });
  }
}

/** The last change under way for each folder: changes of one study must not overtake each other. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Changes a study's tags, notes or archive mark, whether or not a job runs. A damaged file is kept as `.broken`.
 * @throws InputError `invalid-metadata`; EnvironmentError `disk-full` or `cannot-write`
 */
export function changeMetadata(directory: string, change: Partial<Omit<StudyMetadata, 'version'>>): Promise<StudyMetadata> {
  const key = resolve(directory);
  const before = underWay.get(key) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => writeChange(key, change));
  const settled = mine.catch(() => undefined).then(() => {
    if (underWay.get(key) === settled) underWay.delete(key);
  });
  underWay.set(key, settled);
  return mine;
}

async function writeChange(directory: string, change: Partial<StudyMetadata>): Promise<StudyMetadata> {
  const path = join(directory, metadataName);
  const known = await readMetadata(directory).catch(async (error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    await renameDurably(path, `${path}.broken`);
    return metadataSchema.parse({});
  });
  const parsed = metadataSchema.safeParse({ ...known, ...change });
  if (!parsed.success) {
    throw new InputError('invalid-metadata', 'A study can have up to 50 tags, each of 1 to 60 characters.', { cause: parsed.error });
  }
  const metadata = { ...parsed.data, tags: [...new Set(parsed.data.tags)] };
  for (let attempt = 1; ; attempt++) {
    try {
      await writeFileAtomic(path, `${JSON.stringify(metadata, undefined, 2)}\n`);
      return metadata;
    } catch (error) {
      // A job that begins at this moment clears away half-written files, and cannot know that this one is not its own.
      const wasCleared = error instanceof Error && errorCode(error.cause) === 'ENOENT' && await isThere(directory);
      if (!wasCleared || attempt === 3) throw error;
    }
  }
}

const isThere = (path: string) => stat(path).then(() => true, () => false);
