import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { readStudy } from '../../core/study/folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'pocketformer-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const studyFile = join(folder, 'tiny.yaml');
writeFileSync(studyFile, `version: 1
name: tiny
seed: 5
space: elasticvit-mini
data: { kind: synthetic, imageSize: 32, trainImages: 40, valImages: 20 }
devices: [pixel6, pixel4]
training: { steps: 8, batchSize: 2, warmupSteps: 2, buckets: 2, checkpointEverySteps: 2 }
search: { generations: 1, initialPopulation: 6, parents: 4, mutations: 2, crossovers: 2, calibrationBatches: 1, evaluationImages: 10 }
export: { perDevice: 1 }
`);

/** Runs the study in a process of its own; with `killAfterMs`, kills it that long after its first sign of work. */
async function run(directory: string, killAfterMs?: number): Promise<'finished' | 'killed'> {
  const script = fileURLToPath(new URL('./processes/runOrResume.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, studyFile, directory]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  if (killAfterMs !== undefined) {
    const working = await Promise.race([once(child.stdout, 'data').then(() => true), closed.then(() => false)]);
    if (working) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  }
  child.stdout.resume();
  const [code, signal] = await closed;
  if (signal === 'SIGKILL') return 'killed';
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return 'finished';
}

const frontsOf = (directory: string) => readFileSync(join(directory, 'results', 'fronts.json'), 'utf8');

it('ends in the same fronts after 20 kills at random moments as without any', async () => {
  const undisturbed = join(folder, 'undisturbed');
  const startedMs = performance.now();
  await run(undisturbed);
  const wholeMs = performance.now() - startedMs;
  const expected = frontsOf(undisturbed);

  // Another sequence of moments each time; a failure names it.
  const seed = Date.now();
  const random = new Random(seed);
  let kills = 0;
  for (let round = 0; kills < 20; round++) {
    const directory = join(folder, `killed-${round}`);
    while (kills < 20 && await run(directory, random.uniform() * wholeMs * 0.3) === 'killed') kills++;
    await run(directory);
    expect(frontsOf(directory), `seed ${seed}`).toBe(expected);
    const { info, events } = await readStudy(directory);
    expect(info.status).toBe('finished');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  }
}, 900_000);
