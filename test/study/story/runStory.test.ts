import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sessionPaths } from '../../../core/study/measuring/sessionFolder.ts';
import { parseStoryFile } from '../../../core/study/story/storyFile.ts';
import { runStory } from '../../../core/study/story/runStory.ts';
import { storyPaths } from '../../../core/study/story/storyResults.ts';
import { scratchFolder } from '../scratch.ts';

const folder = scratchFolder();
const text = `version: 1
name: tale
space: elasticvit-mini
data: { kind: synthetic, trainImages: 40, valImages: 20 }
phones: [{ device: pixel6, budgetMs: 1 }]
`;
const story = parseStoryFile(text, join(folder, 'tale.yaml'));
const out = join(folder, 'out');

// test/e2e/cliStory.test.ts runs one to its end.
describe('a story', () => {
  it('says which pieces are needed before those that are wanted, and begins nothing', async () => {
    await expect(runStory(out, story, { only: '2/measure' })).rejects.toThrow(
      expect.objectContaining({ code: 'missing-piece', message: expect.stringContaining('expected "--only 2/search" to be done first') as string }));
    expect(existsSync(join(out, 'seed-2'))).toBe(false);
  });

  it('reports what is there, be it nothing', async () => {
    const { pieces, runs } = await runStory(out, story, { reportOnly: true });
    expect(pieces.done).toBe(0);
    expect(runs).toEqual([]);
    expect(readFileSync(storyPaths(out).table, 'utf8')).toContain(`So far 0 of ${pieces.total} pieces are done.`);
  });

  it('goes on when comments or how files are measured have changed, by the new file from then on', async () => {
    const restless = `${text}# a virtual machine\nmeasuring: { settings: { maxDrift: 0.15 } }\n`;
    expect((await runStory(out, parseStoryFile(restless, story.path), { reportOnly: true })).pieces.done).toBe(0);
    expect(JSON.parse(readFileSync(join(out, 'story.json'), 'utf8'))).toMatchObject({ story: restless });
  });

  it('goes on with more seeds and other hand-designed networks, and keeps what was measured with the former ones under another name', async () => {
    const grown = (more: string) => parseStoryFile(`${text}${more}\n`, story.path);
    const session = join(out, 'seed-2', 'measured');
    mkdirSync(session, { recursive: true });
    writeFileSync(sessionPaths(session).entries, '');
    const { pieces: before } = await runStory(out, grown('seeds: [1, 2]'), { reportOnly: true });
    expect(existsSync(session)).toBe(true);
    const { pieces } = await runStory(out, grown('seeds: [1, 2]\nhandDesigned: { budgets: [whole, recipe] }'), { reportOnly: true });
    // Two families for one phone and two seeds.
    expect(pieces.total - before.total).toBe(2 * 1 * 2);
    expect(existsSync(session)).toBe(false);
    expect(existsSync(sessionPaths(`${session}-before-1`).entries)).toBe(true);
  });

  it('refuses a folder that holds another one, and one whose mark was edited', async () => {
    const other = parseStoryFile(text.replace('budgetMs: 1', 'budgetMs: 2'), story.path);
    await expect(runStory(out, other)).rejects.toThrow(expect.objectContaining({ code: 'other-story' }));
    writeFileSync(join(out, 'story.json'), JSON.stringify({ format: 'pocketformer-story', version: 1, story: `${text}unknown: 1\n` }));
    await expect(runStory(out, story)).rejects.toThrow(expect.objectContaining({ code: 'other-story' }));
    writeFileSync(join(out, 'story.json'), '{}');
    await expect(runStory(out, story)).rejects.toThrow(expect.objectContaining({ code: 'damaged-story' }));
  });

  it('finds out before it begins that a phone is there twice, or that a section does not go together', async () => {
    const twice = parseStoryFile(text.replace('phones: [', 'phones: [{ device: pixel6, budgetMs: 2 }, '), story.path);
    await expect(runStory(join(folder, 'twice'), twice)).rejects.toThrow('pixel6 is there twice');
    const scored = parseStoryFile(`${text}supernet: { performance: { preference: score } }\n`, story.path);
    await expect(runStory(join(folder, 'score'), scored)).rejects.toThrow('needs the name of a score');
    expect(existsSync(join(folder, 'score'))).toBe(false);
  });
});
