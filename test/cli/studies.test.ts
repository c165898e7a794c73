import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CancelledError, EnvironmentError, InputError } from '../../core/base/errors.ts';
import { withOverrides } from '../../core/cli/studyOverrides.ts';
import { accuracyObjective } from '../../core/search/objective.ts';
import type { Study } from '../../core/study/folder.ts';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import type { RunHooks } from '../../core/study/run/hooks.ts';
import type { StudySummary } from '../../core/study/summary.ts';
import { summaryFile, trainedSummarySchema } from '../../core/study/summaryFile.ts';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

/** What a run does is tested with the study layer and end to end; here it is what the command line makes of it. */
let runStudy: (study: Study, hooks: RunHooks) => Promise<StudySummary>;
vi.mock('../../core/study/run/runStudy.ts', () => ({
  runStudy: (study: Study, hooks: RunHooks) => runStudy(study, hooks),
}));

const summary: StudySummary = {
  name: 'tiny', space: 'elasticvit-mini', seed: 1, engine: 'ort', scoring: null,
  data: {
    id: 'synthetic', classes: ['a', 'b'], trainImages: 1200, valImages: 100, imageSize: 32, linearAccuracy: 0.25,
    skipped: [{ path: 'a/broken.png', reason: 'it is cut off' }],
  },
  result: {
    space: 'elasticvit-mini', classes: 2, objective: accuracyObjective, evaluations: 7, invalid: 0, top: [],
    devices: [{
      device: 'pixel6', hypervolume: 3, normalizedHypervolume: 0.5, referencePoint: { latencyMs: 9, value: 0.5 }, evaluated: 7,
      front: [{ id: '0123abcd', key: 'key', arch: {}, value: 0.75, latencyMs: 1.5, lowMs: 1, highMs: 2, macs: 12.3e6 }], progress: [],
    }],
  },
  exported: [{
    path: 'models/0123abcd.onnx', devices: ['pixel6'], id: '0123abcd', key: 'key', sizeBytes: 2_340_000, precision: 'float32', accuracy: 0.74, relativeDiff: 1e-6,
  }],
  warnings: ['pixel6: latencies are extrapolated.'],
};
const { scoring: _, ...found } = summary;
const printed = { format: 'pocketformer-summary', version: 1, ...found };
const printedSchema = trainedSummarySchema.extend({ directory: z.string(), status: z.string() }).strict();

async function finishedRun(study: Study, { onProgress }: RunHooks): Promise<StudySummary> {
  study.events.append({ kind: 'phase-started', phase: 'training', totalSteps: 2 });
  onProgress?.({ phase: 'training', done: 2, total: 2, unit: 'steps', note: 'loss 1.0' });
  await study.writeFile(study.paths.summary, JSON.stringify(summaryFile(summary)));
  await study.update({ status: 'finished' });
  return summary;
}

const top = scratchFolder();
const started = process.cwd();
let folder: string;
let number = 0;
beforeEach(() => {
  folder = join(top, String(++number));
  mkdirSync(folder);
  process.chdir(folder);
  runStudy = finishedRun;
  writeFileSync('tiny.yaml', studyText);
});
afterEach(() => process.chdir(started));

const studyText = `# A comment.
version: 1
space: elasticvit-mini
data: {kind: synthetic}
devices: [pixel6]
`;

describe('run', () => {
  it('runs a study in a folder of its own, numbered when there are several', async () => {
    expect((await cli(['run', 'tiny.yaml'])).stderr).toContain(`Study in ${join('runs', 'tiny')}\n`);
    expect((await cli(['run', 'tiny.yaml'])).stderr).toContain(`Study in ${join('runs', 'tiny-2')}\n`);
    expect(readdirSync('runs').sort()).toEqual(['tiny', 'tiny-2']);
    expect(readFileSync(join('runs', 'tiny', 'study.yaml'), 'utf8')).toBe(studyText);
  });

  it('prints the fronts and where things are, and its progress elsewhere', async () => {
    const { code, stdout, stderr } = await cli(['run', 'tiny.yaml', '--out', 'mine']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tiny: finished; space elasticvit-mini, seed 1, engine ort\n1,200 training and 100 validation images of 2 classes/);
    for (const part of ['0123abcd', '75.0 %', '1.50 ms (1.00 to 2.00)', '12.3 M', '25.0 %', '2.34 MB', 'a/broken.png', 'extrapolated',
      join('mine', 'models'), join('mine', 'results', 'fronts.svg')]) expect(stdout).toContain(part);
    expect(stderr).toContain('Training  100 %  2/2 steps');
  });

  it('prints one summary with --json, and nothing else with --quiet', async () => {
    const { stdout, stderr } = await cli(['run', 'tiny.yaml', '--json', '--quiet']);
    expect(stderr).toBe('');
    expect(printedSchema.parse(JSON.parse(stdout))).toEqual({ ...printed, directory: join('runs', 'tiny'), status: 'finished' });
  });

  it('writes a seed or an engine from the command line into the study, so that a resume keeps them', async () => {
    await cli(['run', 'tiny.yaml', '--seed', '7', '--engine', 'js']);
    const text = readFileSync(join('runs', 'tiny', 'study.yaml'), 'utf8');
    expect(text).toContain('# A comment.');
    expect(parseStudyFile(text, 'study.yaml')).toMatchObject({ seed: 7, engine: 'js' });
    expect(JSON.parse(readFileSync(join('runs', 'tiny', 'study.json'), 'utf8'))).toMatchObject({ seed: 7, name: 'tiny' });
  });

  it('replaces a seed that the study file has', () => {
    const text = 'version: 1\nseed: 3 # three\nspace: elasticvit-mini\ndata: {kind: synthetic}\ndevices: [pixel6]\n';
    const file = { text, path: 'a.yaml', baseDir: '/', settings: parseStudyFile(text, 'a.yaml') };
    expect(withOverrides(file, {}).text).toBe(text);
    expect(withOverrides(file, { seed: 4 })).toMatchObject({
      text: expect.stringContaining('seed: 4 # three\n') as string, settings: { ...file.settings, seed: 4 },
    });
  });

  it('stops on request and says how to go on', async () => {
    let stop = () => undefined as void;
    runStudy = async (study, { signal }) => {
      study.events.append({ kind: 'phase-started', phase: 'training', totalSteps: 2 });
      expect(signal?.aborted).toBe(false);
      stop();
      expect(signal?.aborted).toBe(true);
      throw new CancelledError();
    };
    const { code, stdout, stderr } = await cli(['run', 'tiny.yaml', '--out', 'my study'], { onStopRequest: (listener) => { stop = listener; } });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('Stopping at the next safe point. Press Ctrl-C again to stop at once.');
    expect(stderr).toMatch(/Stopped on request, with everything saved\. To go on: pocketformer resume "my study"\n$/);
    expect((await cli(['resume', 'my study'])).code).toBe(1);
    runStudy = finishedRun;
    expect((await cli(['resume', 'my study'])).code).toBe(0);
  });

  it('leaves nothing of a study that asks for what is not there', async () => {
    runStudy = async () => { throw new InputError('unknown-device', 'There is no device "nokia".'); };
    mkdirSync('empty');
    expect(await complaint(['run', 'tiny.yaml', '--out', 'new', '--quiet'])).toBe('There is no device "nokia".');
    expect(await complaint(['run', 'tiny.yaml', '--out', 'empty', '--quiet'])).toBe('There is no device "nokia".');
    expect(existsSync('new')).toBe(false);
    expect(readdirSync('empty')).toEqual([]);
  });

  it('keeps a study whose surroundings failed', async () => {
    runStudy = async (study) => {
      study.events.append({ kind: 'phase-started', phase: 'training', totalSteps: 2 });
      throw new EnvironmentError('disk-full', 'The disk is full.');
    };
    expect(await cli(['run', 'tiny.yaml', '--out', 'new', '--quiet', '--json'])).toEqual({ code: 1, stdout: '', stderr: 'pocketformer: The disk is full.\n' });
    expect(existsSync(join('new', 'study.json'))).toBe(true);
  });

  it.each([
    ['a missing file', 'none.yaml', undefined, 'none.yaml: there is no such file'],
    ['a folder', '.', undefined, '.: is a folder'],
    ['broken YAML', 'a.yaml', 'version: 1\nspace: [', 'a.yaml:2: not valid YAML'],
    ['a newer study file', 'a.yaml', 'version: 99\nspace: x', 'a.yaml: was written for a newer Pocketformer'],
    ['an unknown setting', 'a.yaml', `${studyText}epochs: 3\n`, 'a.yaml:6: epochs: unknown setting'],
    ['an unknown space', 'a.yaml', studyText.replace('elasticvit-mini', 'swin'), 'a.yaml:3: space: No search space is called "swin"'],
    ['an empty file', 'a.yaml', '', 'a.yaml'],
    ['something binary', 'a.yaml', Uint8Array.of(0xff, 0xd8, 0xff), 'is not text'],
  ])('refuses %s, and makes no folder', async (_what, path, content, message) => {
    if (content !== undefined) writeFileSync(path, content);
    expect(await complaint(['run', path])).toContain(message);
    expect(existsSync('runs')).toBe(false);
  });

  it('refuses folders that are taken, a seed that is none, and two study files', async () => {
    mkdirSync('full');
    writeFileSync(join('full', 'thesis.tex'), '');
    await cli(['run', 'tiny.yaml', '--out', 'done']);
    expect(await complaint(['run', 'tiny.yaml', '--out', 'full'])).toContain('full: is not empty (thesis.tex)');
    expect(await complaint(['run', 'tiny.yaml', '--out', 'tiny.yaml'])).toContain('is a file');
    expect(await complaint(['run', 'tiny.yaml', '--out', 'done'])).toContain('Go on with "pocketformer resume done"');
    expect(await complaint(['run', 'tiny.yaml', '--seed', '1.5'])).toContain('--seed: expected a whole number');
    expect(await complaint(['run', 'tiny.yaml', 'other.yaml'])).toContain('unexpected argument "other.yaml"');
    expect(await complaint(['run'])).toContain('STUDY.yaml is missing; expected the path of a study file');
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('says when nothing can be written there (skipped: needs a user whose rights have limits)', async () => {
    mkdirSync('locked', { mode: 0o500 });
    const { code, stderr } = await cli(['run', 'tiny.yaml', '--out', join('locked', 'new')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pocketformer: Cannot write .*\n$/);
  });

  it('says when a file is where the folder should be', async () => {
    const { code, stderr } = await cli(['run', 'tiny.yaml', '--out', join('tiny.yaml', 'new')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pocketformer: Cannot write .*\n$/);
  });
});

describe('resume and report', () => {
  beforeEach(async () => {
    await cli(['run', 'tiny.yaml', '--out', 'done']);
  });
  const change = (name: string, edit: (json: Record<string, unknown>) => object) =>
    writeFileSync(name, JSON.stringify(edit(JSON.parse(readFileSync(name, 'utf8')) as Record<string, unknown>)));

  it('print the same summary', async () => {
    const [reported] = await jsonLines(printedSchema, ['report', 'done']);
    expect(reported).toEqual({ ...printed, directory: 'done', status: 'finished' });
    const [resumed] = await jsonLines(printedSchema, ['resume', 'done']);
    expect(resumed).toEqual(reported);
    expect((await cli(['resume', 'done'])).stderr).toContain('finished already');
  });

  it('tell that there are no fronts yet, and how to get them', async () => {
    change(join('done', 'results', 'summary.json'), (json) => ({ ...json, result: null, exported: [] }));
    change(join('done', 'study.json'), (json) => ({ ...json, status: 'interrupted' }));
    expect((await cli(['report', 'done'])).stdout).toContain('There are no fronts yet. To go on: pocketformer resume done');
    const [{ result, status }] = await jsonLines(printedSchema, ['report', 'done']);
    expect({ result, status }).toEqual({ result: null, status: 'interrupted' });
  });

  it.each(['resume', 'report'])('%s refuses what is no study, and studies that are newer or damaged', async (command) => {
    expect(await complaint([command, 'nowhere'])).toContain('nowhere: there is no such folder');
    expect(await complaint([command, '.'])).toContain('.: is not a study');
    expect(await complaint([command, 'tiny.yaml'])).toContain('tiny.yaml');
    expect(await complaint([command])).toContain("DIR is missing; expected the path of a study's folder");
    change(join('done', 'study.json'), (json) => ({ ...json, formatVersion: 99 }));
    expect(await complaint([command, 'done'])).toContain('was written for a newer Pocketformer (version 99)');
    writeFileSync(join('done', 'study.json'), '{');
    expect(await complaint([command, 'done'])).toContain('does not describe a study');
  });

  it('report refuses a study without results, and a damaged summary', async () => {
    writeFileSync(join('done', 'results', 'summary.json'), '{}');
    expect(await complaint(['report', 'done'])).toContain("is not a study's summary");
    runStudy = async () => { throw new EnvironmentError('x', 'x'); };
    await cli(['run', 'tiny.yaml', '--out', 'unbegun']);
    expect(await complaint(['report', 'unbegun'])).toContain('there are no results yet');
  });

  it('resume refuses a study that another process runs', async () => {
    change(join('done', 'study.json'), (json) => ({ ...json, status: 'interrupted' }));
    let message = '';
    runStudy = async (study, hooks) => {
      const second = await cli(['resume', 'done']);
      message = second.stderr;
      expect(second.code).toBe(1);
      return finishedRun(study, hooks);
    };
    expect((await cli(['resume', 'done'])).code).toBe(0);
    expect(message).toMatch(/^pocketformer: done is in use by process \d+ .*\n$/);
  });
});
