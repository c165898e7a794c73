import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { setSessionAside } from './measureFiles.ts';
import type { StoryPiece } from './pieces.ts';
import { parseStoryFile, type StoryFile } from './storyFile.ts';
import { remedy } from './storyResults.ts';

const markSchema = z.object({ format: z.literal('pocketformer-story'), version: z.literal(1), story: z.string() });

/**
 * Notes which story the folder holds, or finds out that it holds this one, be it with more seeds or other hand-designed networks. With others
 * of these, files are measured anew, for only those of one session can be compared.
 * @throws InputError `other-story`, `damaged-story`; EnvironmentError `study-in-use` while files are measured
 */
export async function keepMark(directory: string, story: StoryFile, pieces: readonly StoryPiece[]): Promise<void> {
  const path = join(directory, 'story.json');
  const known = await readMark(path);
  if (known === story.text) return;
  const former = known === undefined ? undefined : formerOf(known, story.path);
  if (known !== undefined && (former === undefined || !differsInAdditionsAlone(former, story))) {
    throw new InputError('other-story', `${directory}: holds a story by another file; go on with that (${path} has its text; comments, seeds, hand-designed `
      + 'networks and how files are measured may differ), or choose another folder with --out.');
  }
  await makeDirectory(directory, { remedy });
  if (former && !isDeepStrictEqual(former.settings.handDesigned, story.settings.handDesigned)) {
    for (const { kind, folder } of pieces) if (kind === 'session') await setSessionAside(folder);
  }
  await writeFileAtomic(path, `${JSON.stringify({ format: 'pocketformer-story', version: 1, story: story.text }, undefined, 1)}\n`, { remedy });
}

/** Whether finished pieces stay what they are: one may want more seeds or networks, or see that the computer is restless, when all is done. */
function differsInAdditionsAlone(former: StoryFile, story: StoryFile): boolean {
  const rest = ({ settings: { measuring, seeds, handDesigned, ...settings } }: StoryFile) => settings;
  return isDeepStrictEqual(rest(former), rest(story));
}

/** @returns undefined where it was written for another version: whatever it says, it is no story of this one */
function formerOf(text: string, path: string): StoryFile | undefined {
  try {
    return parseStoryFile(text, path);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

async function readMark(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    return markSchema.parse(JSON.parse(await readFile(path, 'utf8'))).story;
  } catch (cause) {
    throw new InputError('damaged-story', `${path}: does not describe a story; was it edited?`, { cause });
  }
}
