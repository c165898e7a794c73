import { join, relative, sep } from 'node:path';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { designName, designsOf } from './handDesigned.ts';
import { storyMarkdown } from './markdown.ts';
import type { StoryPhone } from './pieceFiles.ts';
import { allPieces } from './pieces.ts';
import { storySvg } from './picture.ts';
import type { StoryFile } from './storyFile.ts';
import { isFinished, runsOfSeed } from './storyRuns.ts';
import { summarisePhone, type StorySummary } from './summarise.ts';

/** When the disk is full. */
export const remedy = 'free space, then call the same command again.';

/** Paths of what a story writes about all of its pieces together. */
export function storyPaths(directory: string) {
  const results = join(directory, 'results');
  return { summary: join(results, 'story.json'), table: join(results, 'story.md'), figure: join(results, 'story.svg') };
}

/** What a story's pieces say so far, and nothing else: no number is kept twice. @throws InputError where a piece's files are damaged */
export async function readStory(directory: string, { settings }: Pick<StoryFile, 'settings'>, phones: readonly StoryPhone[]): Promise<StorySummary> {
  const names = phones.map(({ name }) => name);
  const pieces = allPieces(directory, settings, names);
  const seeds = [];
  for (const seed of settings.seeds) seeds.push(await runsOfSeed(pieces.filter((piece) => piece.seed === seed), names));
  const done = (await Promise.all(pieces.map(isFinished))).filter(Boolean).length;
  const inside = (path: string) => relative(directory, path).split(sep).join('/');
  const runs = seeds.flatMap((each) => each.runs).map((run) => ({ ...run, files: run.files.map((file) => ({ ...file, path: inside(file.path) })) }));
  return {
    format: 'pocketformer-story-summary', version: 1, name: settings.name, space: settings.space, pieces: { done, total: pieces.length },
    target: seeds.find(({ target }) => target !== undefined)?.target ?? null,
    phones: phones.map((phone) => summarisePhone(phone, runs, designsOf(settings.handDesigned).map(designName))), runs,
  };
}

/** Writes the report, the picture and the numbers anew from what the pieces say. */
export async function writeStory(directory: string, story: StoryFile, phones: readonly StoryPhone[]): Promise<StorySummary> {
  const summary = await readStory(directory, story, phones);
  const { summary: json, table, figure } = storyPaths(directory);
  await makeDirectory(join(directory, 'results'), { remedy });
  await writeFileAtomic(json, `${JSON.stringify(summary, undefined, 1)}\n`, { remedy });
  await writeFileAtomic(table, storyMarkdown(summary, 'story.svg'), { remedy });
  await writeFileAtomic(figure, storySvg(summary), { remedy });
  return summary;
}
