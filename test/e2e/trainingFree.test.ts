import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readStudy } from '../../core/study/folder.ts';
import { pocketformer, scratchFolder, start } from './cliProcess.ts';

const folder = scratchFolder();
const inFolder = { cwd: folder };

// Scores of noise that networks are run on: slow enough to be interrupted.
const studyText = (threads: number) => `version: 1
name: free
seed: 2
space: elasticvit-mini
compute: { threads: ${threads} }
devices: [pixel6, pixel4]
scoring: { proxy: grad-norm, batch: 2 }
search: { algorithm: random, evaluations: 60, paramsMax: 2000000 }
export: { perDevice: 1 }
`;
for (const threads of [1, 2]) writeFileSync(join(folder, `on-${threads}.yaml`), studyText(threads));

/** Kills the program as soon as some evaluations are in the study's history; without any, it is let be. */
async function killedAfter(evaluations: number, ...args: string[]): Promise<void> {
  const { child, ended } = start(args, inFolder);
  const watch = setInterval(() => {
    if (evaluationsIn('killed') >= evaluations) child.kill('SIGKILL');
  }, 20);
  await ended;
  clearInterval(watch);
}

function evaluationsIn(study: string): number {
  try {
    return readFileSync(join(folder, study, 'events.ndjson'), 'utf8').split('"kind":"evaluation"').length - 1;
  } catch {
    return 0;
  }
}

const frontsOf = (study: string) => readFileSync(join(folder, study, 'results', 'fronts.json'), 'utf8');

it('a study that trains nothing ends in the same fronts, killed and resumed on two threads, as left alone on one', async () => {
  expect(await pocketformer(['run', 'on-1.yaml', '--out', 'alone'], inFolder)).toMatchObject({ code: 0 });
  await killedAfter(5, 'run', 'on-2.yaml', '--out', 'killed');
  expect((await readStudy(join(folder, 'killed'))).info.status).toBe('interrupted');
  await killedAfter(45, 'resume', 'killed');
  const { code, stdout, stderr } = await pocketformer(['resume', 'killed', '--json'], inFolder);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('Searching') });
  expect(frontsOf('killed')).toBe(frontsOf('alone'));

  const summary = JSON.parse(stdout) as { version: number; data: null; result: { objective: object; evaluations: number; top: object[] }; exported: { weights: string }[] };
  expect(summary).toMatchObject({ version: 2, data: null, result: { objective: { id: 'grad-norm', direction: 'higher' }, evaluations: 60 } });
  expect(summary.result.top).toHaveLength(10);
  expect(summary.exported.map(({ weights }) => weights)).toEqual(summary.exported.map(() => 'untrained'));

  const { stdout: report } = await pocketformer(['report', 'killed'], inFolder);
  expect(report).toContain('Nothing is trained: ranked by Gradient norm, one seed');
  expect(report).toContain('Best by Gradient norm alone, of 60 evaluated');
  expect(report).toContain('untrained');
});
