import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { phonesOf, studyFileOf, trainingFileOf } from '../../../core/study/story/pieceFiles.ts';
import { allPieces, pieceFilter } from '../../../core/study/story/pieces.ts';
import { parseStoryFile, readStoryFile } from '../../../core/study/story/storyFile.ts';
import { winnerOf } from '../../../core/study/story/winner.ts';
import { accuracyObjective } from '../../../core/search/objective.ts';

const text = `version: 1
name: tale
space: elasticvit-mini
seeds: [4, 7]
data: { kind: synthetic, trainImages: 100, valImages: 40, flip: false }
phones:
  - { device: pixel6, budgetMs: 1.5 }
  - { device: pixel4, budgetMs: 2 }
supernet: { steps: 12 }
search: { generations: 2 }
retraining: { training: { epochs: 8, batchSize: 20 } }
`;
const story = parseStoryFile(text, '/stories/tale.yaml');
const phones = phonesOf(story);
const names = phones.map(({ name }) => name);

function complaint(changed: string): string {
  try {
    parseStoryFile(changed, 'tale.yaml');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'nothing wrong';
}

describe('a story file', () => {
  it('names the line of what is wrong, and what is accepted', () => {
    expect(complaint(text.replace('budgetMs: 2 ', 'budgetMs: -2 '))).toBe('tale.yaml:8: phones[1].budgetMs: expected a number above 0, got -2');
    expect(complaint(text.replace('steps: 12', 'step: 12'))).toMatch(/^tale\.yaml:9: supernet\.step: unknown setting; accepted here are steps, /);
    expect(complaint(text.replace('[4, 7]', '[4, 4]'))).toBe('tale.yaml:4: seeds: expected each seed once');
    expect(complaint(text.replace('elasticvit-mini', 'elastic'))).toMatch(/^tale\.yaml:3: space: No search space is called "elastic"/);
    expect(complaint(`${text}handDesigned: { networks: [resnet] }\n`)).toMatch(/networks\[0\]: expected deit/);
    expect(complaint(`${text}handDesigned: { budgets: [] }\n`)).toMatch(/^tale\.yaml:12: handDesigned\.budgets: expected a list of whole or recipe/);
  });

  it('that comes as an example is one, with parts that its studies and trainings accept', async () => {
    const example = await readStoryFile(fileURLToPath(new URL('../../../examples/story.yaml', import.meta.url)));
    expect(example.settings.seeds.length).toBeGreaterThanOrEqual(3);
    expect(phonesOf(example).map(({ budgetMs }) => budgetMs)).toHaveLength(2);
    expect(studyFileOf(example, 1).settings.training).toMatchObject(example.written.supernet as object);
    expect(trainingFileOf(example, { seed: 1, name: 'x', space: 'deit-mini', arch: 'small' }).settings.training).toMatchObject(example.written.retraining!.training!);
  });

  it('gives the study of a seed its space, images and phones with their budgets, and leaves defaults to studies', () => {
    const { settings, baseDir } = studyFileOf(story, 7);
    expect(baseDir).toBe('/stories');
    expect(settings).toMatchObject({
      name: 'tale-seed-7', seed: 7, space: 'elasticvit-mini', data: { trainImages: 100, flip: false }, training: { steps: 12, batchSize: 64 }, search: { generations: 2 },
      devices: [{ name: 'pixel6', maxMs: 1.5 }, { name: 'pixel4', maxMs: 2 }],
    });
  });

  it('trains every network by the same recipe, and one that nobody searched for other epochs where it is told', () => {
    const winner = { seed: 4, name: 'winner', space: 'elasticvit-mini', arch: getSpace('elasticvit-mini').smallest };
    const { settings } = trainingFileOf(story, { ...winner, study: '/stories/runs/seed-4/search' });
    expect(settings).toMatchObject({
      seed: 4, start: { study: 'runs/seed-4/search' }, training: { epochs: 8, batchSize: 20 }, devices: ['pixel6', 'pixel4'], export: { otherPrecisions: ['float16', 'int8'] },
    });
    expect(trainingFileOf(story, { ...winner, epochs: 20 }).settings.training).toEqual({ ...settings.training, epochs: 20 });
  });
});

describe('the pieces of a story', () => {
  const pieces = allPieces('out', story.settings, names);

  it('are a search, two retrainings a phone, a hand-designed network of each kind a phone, and a session, for each seed', () => {
    const kinds = story.settings.handDesigned.networks.length;
    expect(pieces).toHaveLength(2 * (2 + 2 * 2 + 2 * kinds + 1));
    expect(new Set(pieces.map(({ folder }) => folder)).size).toBe(pieces.length);
  });

  it('are a hand-designed network more of each kind where two budgets are wanted, beside the others in folders of their own', () => {
    const { settings } = parseStoryFile(`${text}handDesigned: { networks: [deit], budgets: [whole, recipe] }\n`, story.path);
    const designed = allPieces('out', settings, names).filter(({ seed, step }) => seed === 4 && step === 'hand-designed');
    expect(designed.map((piece) => [piece.title, piece.step === 'hand-designed' && piece.design])).toEqual([
      ['pixel6, deit', { family: 'deit', budget: 'whole' }], ['pixel6, deit-recipe', { family: 'deit', budget: 'recipe' }],
      ['pixel4, deit', { family: 'deit', budget: 'whole' }], ['pixel4, deit-recipe', { family: 'deit', budget: 'recipe' }],
    ]);
    const folders = new Set(pieces.map(({ folder }) => folder));
    expect(designed.filter(({ folder }) => !folders.has(folder)).map(({ title }) => title)).toEqual(['pixel6, deit-recipe', 'pixel4, deit-recipe']);
  });

  it('are chosen by seed, step, or both', () => {
    const chosen = (only: string) => pieces.filter(pieceFilter(only, story.settings));
    expect(chosen('7').map(({ seed }) => seed)).toEqual(pieces.filter(({ seed }) => seed === 7).map(({ seed }) => seed));
    expect(chosen('measure').map(({ seed, step }) => [seed, step])).toEqual([[4, 'measure'], [7, 'measure']]);
    expect(chosen('4/search, 7/measure').map(({ seed, kind }) => [seed, kind])).toEqual([[4, 'study'], [4, 'inherited'], [7, 'session']]);
    expect(() => pieceFilter('5', story.settings)).toThrow('There is nothing called "5" in this story; expected a seed (4 or 7), a step (search, retrain, hand-designed or measure), or both with a slash between them.');
    expect(() => pieceFilter('4/train', story.settings)).toThrow(InputError);
  });
});

describe('the winner for a phone', () => {
  const entry = (id: string, latencyMs: number, value: number) => ({ id, key: id, arch: {}, value, latencyMs, lowMs: latencyMs, highMs: latencyMs, macs: 1 });
  const found = {
    space: 'elasticvit-mini', classes: 10, objective: accuracyObjective, evaluations: 3, invalid: 0, top: [],
    devices: [{
      device: 'pixel6', front: [entry('fast', 0.5, 0.3), entry('good', 1.5, 0.5), entry('slow', 1.6, 0.6)], hypervolume: 1, normalizedHypervolume: 1,
      referencePoint: { latencyMs: 2, value: 0 }, evaluated: 3, progress: [],
    }],
  };

  it('is the most accurate one within the budget', () => {
    expect(winnerOf({ name: 'tale', result: found }, phones[0]).id).toBe('good');
    expect(() => winnerOf({ name: 'tale', result: found }, { ...phones[0], budgetMs: 0.4 })).toThrow('The search of tale has found nothing for pixel6 within 0.4 ms');
  });
});
