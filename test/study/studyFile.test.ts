import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseStudyFile, readStudyFile } from '../../core/study/studyFile.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();

const base = `version: 1
space: elasticvit-mini
devices:
  - pixel4
  - name: pixel6
    maxMs: 20
data:
  kind: synthetic
`;

function messageFor(text: string): string {
  try {
    parseStudyFile(text, 'examples/x.yaml');
  } catch (error) {
    expect(error).toMatchObject({ name: 'InputError' });
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('The study file was accepted.');
}

describe('a study file', () => {
  it('needs only what has no sensible default', () => {
    const settings = parseStudyFile(base, 'somewhere/quick.yaml');
    expect(settings).toMatchObject({
      version: 1,
      name: 'quick',
      seed: 1,
      engine: 'auto', compute: {},
      devices: [{ name: 'pixel4' }, { name: 'pixel6', maxMs: 20 }],
      export: { perDevice: 3 },
    });
    // The published search (40 generations of 128 + 128 from 256 parents) is the default.
    expect(settings.search).toMatchObject({ generations: 40, parents: 256, mutations: 128, crossovers: 128 });
  });

  it('takes what it says, and a setting with nothing behind it as left out', () => {
    const settings = parseStudyFile(`${base}name: My study 2\nseed: 7\ntraining:\n  steps: 12\n  batchSize:\nsearch:\n`, 'x.yaml');
    expect(settings).toMatchObject({ name: 'My study 2', seed: 7, training: { steps: 12, batchSize: 64 } });
  });

  it('needs no images where it scores without training, unless its score is to look at some', () => {
    const free = base.replace(/data:[^]*$/, 'scoring: { proxy: params }\n');
    const settings = parseStudyFile(free, 'x.yaml');
    expect(settings.scoring).toEqual({ proxy: 'params', seeds: 1, inputs: 'published' });
    expect(settings).not.toHaveProperty('training');
    expect(settings).not.toHaveProperty('data');
    expect(messageFor(free.replace('params', 'params, inputs: images'))).toBe('examples/x.yaml:7: scoring.inputs: inputs are images, but the study has no data');
    expect(messageFor(free.replace('params', 'parms'))).toContain('examples/x.yaml:7: scoring.proxy: expected params, macs,');
    expect(messageFor(`${free}training: { steps: 3 }\n`)).toBe('examples/x.yaml:8: training: a study that scores trains nothing; take out either training or scoring');
  });

  it('gives the same settings when it is read again', () => {
    expect(parseStudyFile(base, 'x.yaml')).toEqual(parseStudyFile(base, 'x.yaml'));
  });
});

describe('the message about a study file that cannot be used', () => {
  it.each<[string, string, string]>([
    ['a number that is none', `${base}training:\n  steps: many\n`,
      'examples/x.yaml:10: training.steps: expected a whole number of at least 1, got "many"'],
    ['a fraction', `${base}training:\n\n  steps: 1.5\n`,
      'examples/x.yaml:11: training.steps: expected a whole number of at least 1, got 1.5'],
    ['a number out of range', `${base}search: {mutation: {depth: 3}}\n`,
      'examples/x.yaml:9: search.mutation.depth: expected a number of at least 0 and at most 1, got 3'],
    ['a number that is not finite', `${base}training:\n  learningRate: .nan\n`,
      'examples/x.yaml:10: training.learningRate: expected a number above 0, got NaN'],
    ['a misspelt section', `${base}trainin:\n  steps: 3\n`,
      'examples/x.yaml:9: trainin: unknown setting; accepted here are version, name, seed, space, engine, compute, data, devices, training, search, export, scoring'],
    ['a misspelt setting, also beside other mistakes', `${base}training:\n  steps: 0\n  warmup: 3\n`,
      'examples/x.yaml:11: training.warmup: unknown setting; accepted here are steps, batchSize,'],
    ['a misspelt setting in a list', base.replace('maxMs', 'maxMilliseconds'),
      'examples/x.yaml:6: devices[1].maxMilliseconds: unknown setting; accepted here are name, file, maxMs, budgetsMs'],
    ['a wrong setting in a list', base.replace('20', '-2'),
      'examples/x.yaml:6: devices[1].maxMs: expected a number above 0, got -2'],
    ['a device that is neither text nor settings', base.replace('- pixel4', '- 4'),
      'examples/x.yaml:4: devices[0]: expected text or settings (name, file, maxMs, budgetsMs), got 4'],
    ['a device with a name and a file', base.replace('maxMs: 20', 'file: own.json'),
      'examples/x.yaml:5: devices[1]: a device has either a name or a file'],
    ['no devices', base.replace(/devices[^]*data/, 'devices: []\ndata'),
      'examples/x.yaml:3: devices: expected a list of text or settings (name, file, maxMs, budgetsMs), got an empty list'],
    ['threads that no machine has', `${base}compute: { threads: 0 }\n`,
      'examples/x.yaml:9: compute.threads: expected a whole number of at least 1 and at most 256, got 0'],
    ['a choice that is not offered', `${base}engine: gpu\n`,
      'examples/x.yaml:9: engine: expected auto, ort, tensorflow, webgpu or js, got "gpu"'],
    ['a name that cannot be a folder', `${base}name: ../../etc\n`, 'examples/x.yaml:9: name: expected up to 100 letters'],
    ['a missing setting', base.replace('space: elasticvit-mini\n', ''), 'examples/x.yaml:1: space: missing; expected text'],
    ['a missing version', base.replace('version: 1\n', ''), 'examples/x.yaml:1: version: missing; expected 1'],
    ['text where settings belong', `${base}training: fast\n`, 'examples/x.yaml:9: training: expected settings (steps,'],
    ['an empty file', '', 'examples/x.yaml:1: expected settings (version, name,'],
    ['a list', '- 1\n', 'examples/x.yaml:1: expected settings (version, name,'],
    ['an unknown kind of data', base.replace('synthetic', 'syntetic'),
      'examples/x.yaml:8: data.kind: expected synthetic or folder, got "syntetic"'],
    ['data without a kind', base.replace('kind: synthetic', 'path: images'),
      'examples/x.yaml:7: data.kind: missing; expected synthetic or folder'],
    ['data that is no settings', base.replace(/data:[^]*$/, 'data: images\n'),
      'examples/x.yaml:7: data: expected settings with kind synthetic or folder, got "images"'],
    ['a misspelt setting of one kind of data', base.replace(/data:[^]*$/, 'data: {kind: folder, path: a, imageSise: 32}\n'),
      'examples/x.yaml:7: data.imageSise: unknown setting; accepted here are kind, path, imageSize, valFraction'],
    ['a number with a limit of its own', `${base}  imageSize: 3000\n`,
      'examples/x.yaml:9: data.imageSize: expected a whole number of at least 8 and at most 256, got 3000'],
    ['a score that training cannot ask for', `${base}training: { performance: { preference: score, score: bleu } }\n`,
      'examples/x.yaml:9: training.performance.score: No proxy is called "bleu"; known are params, macs,'],
    ['a preference without its score', `${base}training: { performance: { preference: both } }\n`,
      'examples/x.yaml:9: training.performance.score: missing; the preference "both" needs the name of a score'],
    ['a random search that is to begin with something', `${base}search: { algorithm: random, firstPopulation: { proxy: params } }\n`,
      'examples/x.yaml:9: search.firstPopulation: the algorithm "random" evaluates what it draws alone'],
    ['an unknown space', base.replace('elasticvit-mini', 'elasticvit-huge'),
      'examples/x.yaml:2: space: No search space is called "elasticvit-huge"; known are elasticvit, elasticvit-mini'],
    ['broken YAML', `${base}training: [1\n`, 'not valid YAML: '],
    ['a setting given twice', `${base}seed: 1\nseed: 2\n`, 'examples/x.yaml:10: not valid YAML: Map keys must be unique.'],
    ['an alias of nothing', `${base}name: *other\n`, 'examples/x.yaml: not valid YAML: its aliases cannot be resolved.'],
    ['an unknown tag', `${base}name: !!js/function x\n`, 'examples/x.yaml:9: not valid YAML: '],
  ])('names the place and what is accepted: %s', (_, text, message) => {
    expect(messageFor(text)).toContain(message);
  });

  it('says that a newer version is needed, whatever else the file holds', () => {
    const text = 'version: 2\nsomething: else\n';
    expect(messageFor(text)).toBe('examples/x.yaml: was written for a newer Pocketformer (version 2); this one reads up to 1.');
    expect(() => parseStudyFile(text, 'x')).toThrow(expect.objectContaining({ code: 'study-version' }));
  });

  it('keeps all problems for programs', () => {
    const text = `${base}training:\n  steps: 0\n  batchSize: 0\n`;
    expect(() => parseStudyFile(text, 'x.yaml')).toThrow(expect.objectContaining({
      details: { problems: [expect.stringContaining('x.yaml:10'), expect.stringContaining('x.yaml:11')] },
    }));
  });
});

describe('reading a study file', () => {
  it('gives the text as it was written and the folder that its paths are relative to', async () => {
    const path = join(scratch, 'a.yaml');
    writeFileSync(path, `\uFEFF# mine\r\n${base}`);
    expect(await readStudyFile(path)).toMatchObject({ text: `\uFEFF# mine\r\n${base}`, baseDir: scratch, settings: { name: 'a' } });
  });

  it('says so when there is none, or when it is no text', async () => {
    const missing = join(scratch, 'missing.yaml');
    await expect(readStudyFile(missing)).rejects.toMatchObject({ code: 'missing-file', message: `${missing}: there is no such file.` });
    const folder = join(scratch, 'folder.yaml');
    mkdirSync(folder);
    await expect(readStudyFile(folder)).rejects.toThrow('is a folder; expected a file');
    const binary = join(scratch, 'binary.yaml');
    writeFileSync(binary, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe));
    await expect(readStudyFile(binary)).rejects.toThrow('is not text in UTF-8');
  });
});
