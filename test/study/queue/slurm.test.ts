import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Random } from '../../../core/base/random.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { arrayRanges, quoted } from '../../../core/study/queue/slurm/script.ts';
import { cli, complaint, jsonLines } from '../../cli/harness.ts';
import { scratchFolder } from '../scratch.ts';

const scratch = scratchFolder();
const run = promisify(execFile);
const random = new Random('slurm');
const scoreLine = z.object({ arch: z.unknown(), scores: z.record(z.string(), z.number()) });

/** What Slurm does with a task. */
const task = (folder: string, index: number) => run('bash', [join(folder, 'array.sbatch')], { env: { ...process.env, SLURM_ARRAY_TASK_ID: String(index) } });

describe.skipIf(process.platform === 'win32')('an array of Slurm tasks (skipped on Windows, which has no bash)', () => {
  it('scores by its script as one command does, says which tasks are missing, and does none twice', async () => {
    const archs = join(scratch, 'some.jsonl');
    writeFileSync(archs, Array.from({ length: 5 }, () => JSON.stringify(autoFormerMini.sample(random))).join('\n'));
    const scoring = ['--space', 'autoformer-mini', '--proxy', 'dss,params', '--seeds', '2', '--archs', archs];
    const folder = join(scratch, 'it\'s scored');
    expect(await jsonLines(z.unknown(), ['slurm', ...scoring, '--out', folder, '--chunk', '2'])).toEqual([{ path: folder, script: join(folder, 'array.sbatch'), tasks: 3, architectures: 5 }]);
    expect(readFileSync(join(folder, 'array.sbatch'), 'utf8')).toContain('\n#SBATCH --array=0-2\n');
    await task(folder, 0);
    expect((await cli(['slurm', 'task', folder, '2'])).stdout).toBe('chunk 2: 1 architecture\n');

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
});

it('writes numbers as sbatch takes them, and words as the shell does', () => {
  expect(arrayRanges([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7-8');
  expect(arrayRanges([4])).toBe('4');
  expect(quoted('it\'s here')).toBe(`'it'\\''s here'`);
});
