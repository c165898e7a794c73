import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainedSummarySchema } from '../../core/study/summaryFile.ts';
import { pocketformer, scratchFolder, start } from './cliProcess.ts';

const folder = scratchFolder();
const inFolder = { cwd: folder };
const schema = trainedSummarySchema.extend({ directory: z.string(), status: z.string() }).strict();
const read = (...path: string[]) => readFileSync(join(folder, ...path));

/** As small as a study can be that still trains, searches for two phones and exports. */
const studyText = `version: 1
name: tiny
seed: 5
space: elasticvit-mini
data: {kind: synthetic, imageSize: 32, trainImages: 200, valImages: 50}
devices: [pixel6, pixel4]
training: {steps: 10, batchSize: 8, warmupSteps: 2, checkpointEverySteps: 4}
search: {generations: 1, initialPopulation: 6, parents: 4, mutations: 2, crossovers: 2, calibrationBatches: 1, evaluationImages: 20}
export: {perDevice: 1}
`;

beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.yaml'), studyText);
  const { code, stderr } = await pocketformer(['run', 'tiny.yaml'], inFolder);
  expect({ code, stderr }).toMatchObject({ code: 0 });
});

describe('A study on the command line', () => {
  it('ends with fronts, pictures and ONNX files where it said', async () => {
    const { stdout } = await pocketformer(['report', join('runs', 'tiny'), '--json'], inFolder);
    const summary = schema.parse(JSON.parse(stdout));
    expect(summary).toMatchObject({ directory: join('runs', 'tiny'), status: 'finished', seed: 5 });
    expect(summary.result?.devices.map(({ device }) => device)).toEqual(['pixel6', 'pixel4']);
    for (const { front } of summary.result?.devices ?? []) expect(front.length).toBeGreaterThan(0);
    expect(summary.exported.length).toBeGreaterThan(0);
    for (const { path, sizeBytes } of summary.exported) expect(statSync(join(folder, 'runs', 'tiny', path)).size).toBe(sizeBytes);
    for (const name of ['fronts.svg', 'fronts.png']) expect(existsSync(join(folder, 'runs', 'tiny', 'results', name))).toBe(true);
  });

  it('hands out any architecture of the space with what the supernet learned, the same file as the study exported', async () => {
    const { stdout } = await pocketformer(['report', join('runs', 'tiny'), '--json'], inFolder);
    const [{ id, path }] = schema.parse(JSON.parse(stdout)).exported;
    const fromStudy = ['export', '--space', 'elasticvit-mini', '--study', join('runs', 'tiny')];
    expect((await pocketformer([...fromStudy, '--arch', id, '--out', 'again.onnx'], inFolder)).code).toBe(0);
    expect(read('again.onnx').equals(read('runs', 'tiny', path))).toBe(true);
    const other = await pocketformer([...fromStudy, '--arch', 'small', '--out', 'small.onnx', '--json'], inFolder);
    expect(JSON.parse(other.stdout)).toMatchObject({ path: 'small.onnx', classes: 10, resolution: 32 });
    const recorded = read('runs', 'tiny', 'results', 'exports.ndjson').toString().trim().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(recorded).toMatchObject([
      { path: expect.stringMatching(/[/\\]again\.onnx$/) as string, id, batch: 'dynamic' }, { path: expect.stringMatching(/small\.onnx$/) as string },
    ]);
    expect(await pocketformer(['export', '--space', 'elasticvit', '--study', join('runs', 'tiny'), '--arch', 'T1', '--out', 'x.onnx'], inFolder))
      .toMatchObject({ code: 2, stderr: expect.stringContaining('is of the space elasticvit-mini, not of elasticvit') as string });
  });

  // Windows ends a process that is sent a signal; only a key press on its console would do.
  it.skipIf(process.platform === 'win32')('stopped by Ctrl-C and resumed, finds what it would have found (skipped: not on Windows)', async () => {
    const first = start(['run', 'tiny.yaml', '--out', 'stopped'], inFolder);
    await stopAfter(first, join(folder, 'stopped', 'events.ndjson'), /"kind":"step"/);
    const { code, stdout, stderr } = await first.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/pocketformer: Stopped on request, with everything saved\. To go on: pocketformer resume stopped\n$/);
    expect((await pocketformer(['report', 'stopped'], inFolder)).stdout).toContain('tiny: interrupted');

    const resumed = await pocketformer(['resume', 'stopped', '--json'], inFolder);
    expect(resumed.code).toBe(0);
    expect(read('stopped', 'results', 'fronts.json').equals(read('runs', 'tiny', 'results', 'fronts.json'))).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('refuses a second process, and ends at once at the second signal (skipped: not on Windows)', async () => {
    const first = start(['run', 'tiny.yaml', '--out', 'twice'], inFolder);
    first.onStderr((soFar) => {
      if (soFar.includes('Press Ctrl-C again')) first.child.kill('SIGTERM');
    });
    await waitFor(first, () => /"kind":"phase-started","phase":"training"/.test(textOf(join(folder, 'twice', 'events.ndjson'))));
    expect(await pocketformer(['resume', 'twice'], inFolder)).toMatchObject({
      code: 1, stdout: '', stderr: expect.stringMatching(/^pocketformer: twice is in use by process \d+ [^\n]*\n$/) as string,
    });
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(1);
    expect((await pocketformer(['resume', 'twice', '--quiet'], inFolder)).code).toBe(0);
  });
});

type Process = ReturnType<typeof start>;

async function stopAfter(process: Process, path: string, pattern: RegExp): Promise<void> {
  await waitFor(process, () => pattern.test(textOf(path)));
  process.child.kill('SIGINT');
}

async function waitFor({ child }: Process, condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error('The process ended too early.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
