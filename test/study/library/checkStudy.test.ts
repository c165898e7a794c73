import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStudyText } from '../../../core/study/library/checkStudy.ts';
import { studyTemplates } from '../../../core/study/library/templates.ts';
import { schemaOfStudy, studyJsonSchema } from '../../../core/study/library/studyFields.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { scratchFolder, studyText } from '../scratch.ts';

const folder = scratchFolder();

describe('checking a study file being written', () => {
  it('tells of an unknown space together with everything else', async () => {
    const { problems } = await checkStudyText('version: 1\nspace: nowhere\ndata: { kind: synthetic }\ndevices: [pixel6]\ntraining: { steps: many }\n', '/');
    expect(problems.map(({ path, line }) => [path.join('.'), line])).toEqual([['training.steps', 5], ['space', 2]]);
  });

  it('finds nothing wrong with a good one and gives its settings', async () => {
    const { settings, problems, hints } = await checkStudyText(studyText, folder);
    expect(problems).toEqual([]);
    expect(hints).toEqual([]);
    expect(settings?.training?.steps).toBe(1000);
  });

  it('tells all that is wrong, each with its line', async () => {
    const { settings, problems } = await checkStudyText(
      'version: 1\nspace: elasticvit-mini\ndata:\n  kind: synthetic\n  trainImages: many\ndevices: []\ntrainings:\n  steps: 1\n', folder);
    expect(settings).toBeUndefined();
    expect(problems.map(({ path, line }) => ({ path, line }))).toEqual([
      { path: ['trainings'], line: 7 }, { path: ['data', 'trainImages'], line: 5 }, { path: ['devices'], line: 6 },
    ]);
    expect(problems[1].text).toContain('got "many"');
  });

  it('tells every line that is not YAML', async () => {
    const { problems } = await checkStudyText('version: 1\nversion: 2\nname: "open\nspace: x\n', folder);
    expect(problems.map(({ line }) => line)).toEqual(expect.arrayContaining([2]));
    expect(problems.every(({ text }) => text.startsWith('not valid YAML'))).toBe(true);
  });

  it('names devices, spaces and folders that are not there', async () => {
    const data = 'data:\n  kind: folder\n  imageSize: 32\n  path: nowhere\n';
    const { problems } = await checkStudyText(`version: 1\nspace: elasticvit-mini\n${data}devices:\n  - pixel4\n  - pixle6\n  - file: my.json\n`, folder);
    expect(problems.map(({ path, line }) => [path.join('.'), line])).toEqual([['data.path', 6], ['devices.1', 9], ['devices.2', 10]]);
    expect(problems[0].text).toContain(join(folder, 'nowhere'));
    const wrongSpace = await checkStudyText(studyText.replace('elasticvit-mini', 'elastic'), folder);
    expect(wrongSpace.problems).toMatchObject([{ path: ['space'], line: 4 }]);
  });

  it('finds a device twice and settings that do not go together', async () => {
    const twice = await checkStudyText(studyText.replace('[pixel4]', '[pixel4, pixel4]'), folder);
    expect(twice.problems[0]).toMatchObject({ path: ['devices', 1], line: 7, text: expect.stringContaining('twice') });
    const budget = await checkStudyText(`${studyText}search:\n  selection: budget\n`, folder);
    expect(budget.problems).toMatchObject([{ path: ['search'], line: 8, text: expect.stringContaining('budgetsMs') }]);
  });

  it('says that limits cannot be kept: a hint while another device can, a problem when none can', async () => {
    const one = await checkStudyText(studyText.replace('[pixel4]', '\n  - name: pixel4\n    maxMs: 0.001\n  - pixel6'), folder);
    expect(one.problems).toEqual([]);
    expect(one.hints).toMatchObject([{ path: ['devices', 0, 'maxMs'], line: 9, text: expect.stringContaining('the smallest takes') }]);
    const all = await checkStudyText(studyText.replace('[pixel4]', '\n  - name: pixel4\n    maxMs: 0.001'), folder);
    expect(all.problems).toMatchObject([{ path: ['devices', 0, 'maxMs'] }]);
    const loose = await checkStudyText(studyText.replace('[pixel4]', '[{name: pixel4, maxMs: 100000}]'), folder);
    expect(loose.hints[0].text).toContain('every architecture');
  });

  it('says what sizes the space offers when no architecture keeps the limits', async () => {
    // PiT-Ti's ends have 143,592 and 35,921,640 parameters with 1000 classes (tftas.md 4.1).
    const checked = async (search: string) => (await checkStudyText(
      `version: 1\nspace: pit-ti\ndevices: [pixel4]\nscoring: {proxy: params}\nsearch:\n${search}`, folder)).problems;
    expect(await checked('  paramsMin: 4e7\n')).toEqual([
      { path: ['search', 'paramsMin'], line: 6, text: 'no architecture has 40 M parameters: architectures of pit-ti have 143592 to 35.9216 M' },
    ]);
    expect(await checked('  macsMax: 1e6\n')).toMatchObject([{ path: ['search', 'macsMax'], text: expect.stringMatching(/as few multiply-accumulates as 1 M: .* 75.6359 M to 9.73903 G/) }]);
    expect(await checked('  paramsMax: 5e6\n  paramsMin: 6e6\n')).toMatchObject([{ path: ['search', 'paramsMin'], line: 7, text: 'paramsMin is 6 M, above paramsMax, which is 5 M' }]);
    // One by one they are there.
    expect(await checked('  paramsMin: 3e7\n  macsMax: 2e8\n')).toMatchObject([{ path: ['search', 'paramsMin'], text: expect.stringMatching(/at once: with so many parameters there is none outside of/) }]);
    expect(await checked('  paramsMin: 5000000\n  paramsMax: 5000010\n')).toMatchObject([{ path: ['search', 'paramsMin'], text: expect.stringContaining('widen') }]);
    expect(await checked('  paramsMin: 4.5e6\n  paramsMax: 5e6\n  macsMax: 9e8\n')).toEqual([]);
  });

  it('finds buckets, smallest subnets and teachers that the training would refuse', async () => {
    const training = (lines: string) => `${studyText}training:\n${lines}`;
    const { problems } = await checkStudyText(training(
      '  buckets: [9e6, 5e6]\n  sampling:\n    smallestSubnets: [nobody]\n  distillation:\n    teachers:\n      - file: teacher.onnx\n'), folder);
    expect(problems.map(({ path, line }) => [path.join('.'), line])).toEqual([
      ['training.buckets', 9], ['training.sampling.smallestSubnets', 11], ['training.distillation.teachers.0.file', 14],
    ]);
    expect(problems[2].text).toContain(join(folder, 'teacher.onnx'));
    writeFileSync(join(folder, 'teacher.onnx'), '');
    expect((await checkStudyText(training('  buckets: [5e6, 9e6]\n  distillation:\n    teachers: [{file: teacher.onnx}]\n'), folder)).problems).toEqual([]);
  });

  it('says what numbers accept that may be lists', async () => {
    const text = async (line: string) => (await checkStudyText(`${studyText}training:\n  ${line}\n`, folder)).problems.map((problem) => problem.text);
    expect(await text('buckets: many')).toEqual(['expected a whole number of at least 1 or a list of numbers of at least 1, got "many"']);
    expect(await text('buckets: [5e6, x]')).toEqual(['expected a number of at least 1, got "x"']);
    expect(await text('sampling: {smallestSubnets: 40}')).toEqual(['expected a whole number of at least 1 and at most 16 or a list of texts, got 40']);
    expect(await text('distillation: {teachers: a.onnx}')).toEqual(['expected a list of settings (file, resolution, mean, deviation), got "a.onnx"']);
    expect(await text('distillation: {teachers: [{file: teacher.onnx, mean: [1, 2]}]}')).toEqual(['expected a list of 3 numbers, got [1,2]']);
  });

  it('says so for a newer format', async () => {
    const { problems } = await checkStudyText(studyText.replace('version: 1', 'version: 9'), folder);
    expect(problems).toMatchObject([{ path: [], text: expect.stringContaining('newer Pocketformer') }]);
  });

  it('looks whether an image folder has classes', async () => {
    mkdirSync(join(folder, 'images', 'cat'), { recursive: true });
    writeFileSync(join(folder, 'images', 'cat', '1.png'), '');
    const text = studyText.replace('kind: synthetic', 'kind: folder\n  imageSize: 32\n  path: images');
    expect((await checkStudyText(text, folder)).problems[0].text).toContain('only one class');
    mkdirSync(join(folder, 'images', 'dog'));
    expect((await checkStudyText(text, folder)).problems).toEqual([]);
  });
});

describe('templates', () => {
  it.each(studyTemplates.map((template) => [template.id, template] as const))('%s is a study file with comments', async (_, { yaml }) => {
    expect(() => parseStudyFile(yaml, 'template.yaml')).not.toThrow();
    expect(yaml).toContain('# ');
    const { problems, hints } = await checkStudyText(yaml, folder);
    expect(problems.filter(({ path }) => path.join('.') !== 'data.path')).toEqual([]);
    expect(hints).toEqual([]);
  });
});

describe('the list of settings', () => {
  const fields = schemaOfStudy();
  const field = (path: string) => fields.find((each) => each.path.join('.') === path);

  it('explains every setting but the obvious', () => {
    expect(fields.filter(({ help }) => help === '').map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('knows kinds, defaults, limits and choices', () => {
    expect(field('training.batchSize')).toMatchObject({ kind: 'integer', default: 64, min: 1, title: 'Batch size', isRequired: false });
    expect(field('training.learningRate')).toMatchObject({ kind: 'number', min: 0, isOpenBelow: true });
    expect(field('training.batchSize')).not.toHaveProperty('max');
    expect(field('search.selection')).toMatchObject({ kind: 'choice', choices: ['pareto', 'budget', 'accuracy'], default: 'pareto' });
    expect(field('space')).toMatchObject({ kind: 'choice', isRequired: true, choices: expect.arrayContaining(['elasticvit']) });
    expect(field('devices')).toMatchObject({ kind: 'list', choices: ['pixel4', 'pixel6', 'xiaomi11'] });
    expect(field('search.mutation.depth')).toMatchObject({ min: 0, max: 1 });
  });

  it('tells which settings belong to which kind of images', () => {
    expect(field('data.kind')).toMatchObject({ kind: 'choice', choices: ['synthetic', 'folder'] });
    expect(field('data.path')).toMatchObject({ when: { path: ['data', 'kind'], values: ['folder'] } });
    expect(fields.filter(({ path }) => path.join('.') === 'data.imageSize')).toHaveLength(2);
    expect(field('data.randAugment')).toMatchObject({ kind: 'group', title: 'RandAugment' });
    expect(field('data.randAugment.operations')).toMatchObject({ kind: 'integer', default: 0, min: 0, title: 'Operations' });
    expect(field('data.colourJitter')).toMatchObject({ title: 'Colour jitter', default: 0, max: 1 });
  });

  it('knows what lists hold, and numbers that may be lists', () => {
    expect(field('training.buckets')).toMatchObject({ kind: 'integer', items: 'number', default: 8, min: 1 });
    expect(field('training.sampling.smallestSubnets')).toMatchObject({ kind: 'integer', items: 'text', default: 3, min: 1, max: 16 });
    expect(field('training.distillation.teachers')).toMatchObject({ kind: 'list', items: 'group' });
    expect(field('training.steps')).not.toHaveProperty('items');
  });

  it('tells which settings are of use with one choice of another only', () => {
    expect(field('search.generations')).toMatchObject({ when: { path: ['search', 'algorithm'], values: ['evolution'], default: 'evolution' } });
    expect(field('search.rounds')?.when?.values).not.toContain('evolution');
    expect(field('training.sampling.walk')).toMatchObject({ when: { path: ['training', 'sampling', 'rule'], values: ['bucket'], default: 'bucket' } });
    expect(field('search.initialPopulation')?.when?.values).toEqual(['evolution', 'nsga2', 'age-moea-ii']);
    expect(field('search.evaluations')?.when?.values).toEqual(['random']);
    expect(field('search.paramsMax')).not.toHaveProperty('when');
  });

  it('has readable titles for the search inside a predictor and what it begins with', () => {
    const titles = ['algorithm', 'rounds', 'evaluationsPerRound', 'predictorGenerations', 'predictorPopulation', 'warmStart']
      .map((name) => field(`search.${name}`)?.title);
    expect(titles).toEqual([
      'Algorithm', 'Rounds', 'Evaluations per round', 'Generations per round', 'Population inside the predictor', 'Studies to begin with',
    ]);
    expect(field('search.algorithm')).toMatchObject({ kind: 'choice', choices: ['evolution', 'nsga2', 'age-moea-ii', 'random'], default: 'evolution' });
    expect(field('search.warmStart')).toMatchObject({ kind: 'list', items: 'text', default: [] });
  });

  it('tells which settings belong to studies that train and to those that score', () => {
    expect(field('training.steps')).toMatchObject({ sort: 'training' });
    expect(field('search.evaluationImages')).toMatchObject({ sort: 'training' });
    expect(field('scoring.proxy')).toMatchObject({ sort: 'scoring', kind: 'choice', isRequired: true, choices: expect.arrayContaining(['params', 'macs']) });
    expect(field('search.paramsMin')).not.toHaveProperty('sort');
  });

  it('names settings of one name by where they are', () => {
    expect(field('training.performance.enabled')?.title).toBe('Remember good subnets');
    expect(field('training.conflict.images')?.title).toBe('Images');
  });

  it('comes as a JSON schema too', () => {
    expect(studyJsonSchema()).toMatchObject({ type: 'object', required: expect.arrayContaining(['version', 'space', 'devices']), anyOf: [{ required: ['data'] }, { required: ['scoring'] }] });
  });
});
