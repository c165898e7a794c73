import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recipePresets } from '../../core/training/recipe/presets.ts';
import { parseTrainingFile } from '../../core/study/networkTraining/trainingFile.ts';
import { readModelCard } from '../../core/study/modelCard/files.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const file = join(folder, 'tiny.yaml');
writeFileSync(file, `# A comment.
version: 1
space: asvit-mini
arch: { kernels: [4, 2, 2, 2], splits: [2, 1, 1], mlpRatios: [2, 2, 2, 2], heads: 8 }
compute: { threads: 1 }
data: { kind: synthetic, trainImages: 10, valImages: 10 }
training: { epochs: 2, batchSize: 5 }
`);

const resultSchema = z.object({
  status: z.string(), seed: z.number(), steps: z.number(), evaluation: z.object({ accuracy: z.number() }), exported: z.object({ accuracy: z.number() }),
});

describe('train', () => {
  it('trains, reports the same later, and has nothing left to resume', async () => {
    const out = join(folder, 'run');
    const [trained] = await jsonLines(resultSchema, ['train', file, '--out', out, '--seed', '7']);
    expect(trained).toMatchObject({ status: 'finished', seed: 7, steps: 4 });
    expect(await jsonLines(resultSchema, ['report', out])).toEqual([trained]);
    expect(await jsonLines(resultSchema, ['resume', out])).toEqual([trained]);
    const { stdout } = await cli(['report', out]);
    expect(stdout).toContain('4 steps, 2.0 epochs');
    expect(stdout).toContain('most often taken for');
    expect(existsSync(join(out, 'models', 'network.onnx'))).toBe(true);
    expect(await complaint(['train', file, '--out', out])).toContain('already holds a training');
  }, 60_000);

  it('compares files over seeds, pair by pair, and goes on with what is there', async () => {
    const coarse = join(folder, 'coarse.yaml');
    writeFileSync(coarse, readFileSync(file, 'utf8').replace('{ epochs: 2, batchSize: 5 }', '{ epochs: 2, batchSize: 5, retokenization: { phases: [{ epochs: 1, stride: 4 }] } }'));
    const spread = z.object({ mean: z.number(), deviation: z.number().nullable(), seeds: z.number() });
    const schema = z.object({ trainings: z.array(z.object({
      name: z.string(), accuracy: spread, trainingMacs: spread, against: z.object({ accuracyGain: spread, macsSavedShare: spread }).nullable(),
    })) });
    const compare = (seeds: string) => jsonLines(schema, ['train', 'compare', '--files', file, coarse, '--out', join(folder, 'compared'), '--seeds', seeds]);
    const [{ trainings: [plain, fewer] }] = await compare('2');
    expect([plain.name, fewer.name, plain.against]).toEqual(['tiny', 'coarse', null]);
    expect(fewer.against!.accuracyGain.mean).toBeCloseTo(fewer.accuracy.mean - plain.accuracy.mean, 12);
    expect(fewer.against!.macsSavedShare.mean).toBeCloseTo(1 - fewer.trainingMacs.mean / plain.trainingMacs.mean, 12);
    expect(fewer.against!.macsSavedShare).toMatchObject({ deviation: 0, seeds: 2 });
    expect(readdirSync(join(folder, 'compared', 'runs')).sort()).toEqual(['coarse-seed-1', 'coarse-seed-2', 'tiny-seed-1', 'tiny-seed-2']);
    // The card of a seed that came later tells of the earlier one, and not of the other file's trainings.
    const card = await readModelCard(join(folder, 'compared', 'runs', 'tiny-seed-2', 'models', 'network.onnx'));
    expect(card.accuracy!.seeds.map(({ seed }) => seed)).toEqual([2, 1]);
    expect(card.accuracy!.seeds.reduce((sum, { top1 }) => sum + top1, 0) / 2).toBeCloseTo(plain.accuracy.mean, 6);
    const [{ trainings: again }] = await compare('1');
    expect(again[0].accuracy.seeds).toBe(1);
    writeFileSync(coarse, `${readFileSync(coarse, 'utf8')}name: coarse\n`);
    expect(await cli(['train', 'compare', '--files', file, coarse, '--out', join(folder, 'compared')])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('by another file') });
  }, 60_000);

  it('shows the published recipes as a file would have them', async () => {
    const { stdout } = await cli(['train', 'presets']);
    for (const name of Object.keys(recipePresets)) expect(stdout).toContain(name);
    const shown = (await cli(['train', 'presets', 'as-vit'])).stdout;
    const head = 'version: 1\nspace: asvit\narch: seed\n';
    const printed = parseTrainingFile(`${head}${shown.replace('data:\n', 'data:\n  kind: synthetic\n')}`, 'shown.yaml');
    const named = parseTrainingFile(`${head}preset: as-vit\ndata: { kind: synthetic }\n`, 'shown.yaml');
    expect(printed).toEqual(named);
    expect(await complaint(['train', 'presets', 'vgg'])).toContain('accepted are as-vit, tf-tas or elasticvit');
  });

  it('counts what fewer tokens save, beside what the paper reports', async () => {
    const schema = z.object({ schedules: z.array(z.object({ savedShare: z.number(), published: z.object({ savedShare: z.number() }) })) });
    const [{ schedules }] = await jsonLines(schema, ['train', 'tokens', '--space', 'asvit', '--arch', 'large']);
    // asvit.md 7: 20.5, 41.0 and 61.4 % by count, 18.7, 37.4 and 56.2 % in the paper's table 6.
    expect(schedules.map(({ savedShare, published }) => [savedShare.toFixed(3), published.savedShare])).toEqual([['0.205', 0.187], ['0.410', 0.374], ['0.614', 0.562]]);
    expect(await complaint(['train', 'tokens', '--space', 'pit-ti', '--arch', 'min'])).toContain('all of their tokens');
  });
});
