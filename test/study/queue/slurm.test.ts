import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Random } from '../../../core/base/random.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { loadTrainedStudy } from '../../../core/study/trainedStudy.ts';
import { readStudy } from '../../../core/study/folder.ts';
import { arrayRanges, quoted } from '../../../core/study/queue/slurm/script.ts';
import { SubnetEvaluator } from '../../../core/training/supernet/evaluator.ts';
import { evaluationWeights } from '../../../core/training/supernet/trainer.ts';
import { cli, complaint, jsonLines } from '../../cli/harness.ts';
import { scratchFolder } from '../scratch.ts';
import { smallTrainedStudy } from '../smallTrainedStudy.ts';

const scratch = scratchFolder();
const run = promisify(execFile);
const random = new Random('slurm');
const scoreLine = z.object({ arch: z.unknown(), scores: z.record(z.string(), z.number()) });

function fileOf(name: string, archs: readonly unknown[]): string {
  const path = join(scratch, name);
  writeFileSync(path, archs.map((arch) => JSON.stringify(arch)).join('\n'));
  return path;
}

/** What Slurm does with a task. */
const task = (folder: string, index: number) => run('bash', [join(folder, 'array.sbatch')], { env: { ...process.env, SLURM_ARRAY_TASK_ID: String(index) } });

describe.skipIf(process.platform === 'win32')('an array of Slurm tasks (skipped on Windows, which has no bash)', () => {
  it('scores by its script as one command does, says which tasks are missing, and does none twice', async () => {
    const archs = fileOf('some.jsonl', Array.from({ length: 5 }, () => autoFormerMini.sample(random)));
    const scoring = ['--space', 'autoformer-mini', '--proxy', 'dss,params', '--seeds', '2', '--archs', archs];
    const folder = join(scratch, 'it\'s scored');
    expect(await jsonLines(z.unknown(), ['slurm', ...scoring, '--out', folder, '--chunk', '2'])).toEqual([{ path: folder, script: join(folder, 'array.sbatch'), tasks: 3, architectures: 5 }]);
    expect(readFileSync(join(folder, 'array.sbatch'), 'utf8')).toContain('\n#SBATCH --array=0-2\n');
    await Promise.all([0, 2].map((index) => task(folder, index)));

    const early = await cli(['slurm', 'collect', folder]);
    expect(early.code).toBe(1);
    expect(early.stdout).toBe('');
    expect(early.stderr).toContain('1 of 3 tasks have no results yet');
    expect(early.stderr).toContain('sbatch --array=1 ');
    expect(await jsonLines(scoreLine, ['slurm', 'collect', folder, '--partial'])).toHaveLength(3);

    // Written by a task that was killed in the middle of something else than an atomic write.
    writeFileSync(join(folder, 'results', '0.json'), '{"chunk":');
    expect(await jsonLines(z.unknown(), ['slurm', 'task', folder, '0'])).toEqual([{ chunk: 0, architectures: 2, isNew: true }]);
    expect(await jsonLines(z.unknown(), ['slurm', 'task', folder, '1'])).toEqual([{ chunk: 1, architectures: 2, isNew: true }]);
    expect(await jsonLines(z.unknown(), ['slurm', 'task', folder, '2'])).toEqual([{ chunk: 2, architectures: 1, isNew: false }]);
    expect(await jsonLines(scoreLine, ['slurm', 'collect', folder])).toEqual(await jsonLines(scoreLine, ['score', ...scoring, '--threads', '1']));
    expect((await cli(['slurm', 'collect', folder])).stdout).toContain('Best first by dss.');
    expect(await complaint(['slurm', ...scoring, '--out', folder])).toContain('is not empty');
    expect(await complaint(['slurm', 'task', folder, '3'])).toContain('there is no chunk 3; they are numbered from 0 to 2');
  });

  it('evaluates with a study\'s weights as its search does, and notices when they came damaged', async () => {
    const directory = join(scratch, 'study');
    await smallTrainedStudy(directory);
    const archs = Array.from({ length: 2 }, () => elasticVitMini.sample(random));
    const folder = join(scratch, 'evaluated');
    await cli(['slurm', 'evaluate', '--study', directory, '--archs', fileOf('evaluate.jsonl', archs), '--out', folder, '--engine', 'ort']);
    for (const index of ['0', '1']) expect((await cli(['slurm', 'task', folder, index])).stderr).toBe('');

    const { data, settings: { seed, training, search }, normalisation, augmentation, checkpoint, space } = await loadTrainedStudy(await readStudy(directory));
    const evaluator = new SubnetEvaluator({
      engine: await startEngine('ort', { threads: 1 }), data, normalisation, augmentation, seed, batchSize: training.batchSize, calibrationBatches: search.calibrationBatches,
      weights: evaluationWeights(space.lower(space.largest, { classes: data.classes.length, supernet: true }), checkpoint.tensors),
    });
    const expected = archs.map((arch) => ({ arch, accuracy: evaluator.accuracy(evaluator.extract(space.lower(arch, { classes: data.classes.length })), search.evaluationImages) }));
    data.close();
    const found = await jsonLines(z.object({ arch: z.unknown(), accuracy: z.number() }), ['slurm', 'collect', folder]);
    expect(found).toEqual(JSON.parse(JSON.stringify(expected)));

    const { work } = JSON.parse(readFileSync(join(folder, 'chunks', '0.json'), 'utf8')) as { work: { weights: string } };
    const weights = join(folder, 'blobs', work.weights);
    const bytes = readFileSync(weights);
    bytes[1000] ^= 1;
    writeFileSync(weights, bytes);
    rmSync(join(folder, 'results', '0.json'));
    expect((await cli(['slurm', 'task', folder, '0'])).stderr).toContain('the SHA-256 is another one');
    expect(existsSync(join(folder, 'results', '0.json'))).toBe(false);
  });
});

it('writes numbers as sbatch takes them, and words as the shell does', () => {
  expect(arrayRanges([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7-8');
  expect(arrayRanges([4])).toBe('4');
  expect(quoted('it\'s here')).toBe(`'it'\\''s here'`);
});
