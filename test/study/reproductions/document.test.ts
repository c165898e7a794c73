import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { reproductions } from '../../../core/study/reproductions/index.ts';
import { reproductionMarkdown } from '../../../core/study/reproductions/reproduction.ts';
import { noMeans } from './noMeans.ts';

const document = await readFile(new URL('../../../docs/reproductions.md', import.meta.url), 'utf8');

describe('the document of published tables', () => {
  it.each(reproductions.filter(({ takes }) => takes === undefined))('holds what comes out now: $id', async (recipe) => {
    for (const table of await recipe.make({}, noMeans)) expect(document).toContain(reproductionMarkdown(table).trim());
  });

  it.each(reproductions)('tells how to make $id', ({ id, takes }) => {
    expect(document).toContain(takes === undefined ? 'pocketformer reproduce all --markdown' : `pocketformer reproduce ${id}`);
  });
});
