import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { getSpace, readArchitecture } from '../../../core/spaces/index.ts';
import { checkTrainingText } from '../../../core/study/networkTraining/checkTraining.ts';
import { estimateTraining } from '../../../core/study/networkTraining/estimateTraining.ts';
import { newTraining } from '../../../core/study/networkTraining/newTraining.ts';
import { trainingTemplates } from '../../../core/study/networkTraining/templates.ts';
import { schemaOfTraining } from '../../../core/study/networkTraining/trainingFields.ts';
import { parseTrainingFile } from '../../../core/study/networkTraining/trainingFile.ts';
import { readTraining } from '../../../core/study/networkTraining/trainingFolder.ts';
import { scratchFolder } from '../scratch.ts';

const folder = scratchFolder();
const text = `version: 1
name: mine
space: asvit-mini
arch: seed
data: { kind: synthetic, trainImages: 100 }
training:
  batchSize: 10
`;
const found = async (written: string) => (await checkTrainingText(written, folder)).problems.map(({ path, line, text: words }) => [path.join('.'), line, words]);

describe('checking a training file being written', () => {
  it('finds nothing wrong with a good one, and gives its settings with those of its published recipe', async () => {
    const { settings, problems, hints } = await checkTrainingText(`${text}preset: as-vit\n`, folder);
    expect([problems, hints]).toEqual([[], []]);
    expect(settings).toMatchObject({ name: 'mine', training: { batchSize: 10, epochs: 300, warmupEpochs: 20 }, data: { randomErasing: 0.25 } });
  });

  it.each<[string, string, string, number, string]>([
    ['an unknown space, beside what else is wrong', text.replace('asvit-mini', 'resnet').replace('10\n', 'many\n'), 'training.batchSize', 7, 'got "many"'],
    ['a network that the space does not publish', text.replace('seed', 'huge'), 'arch', 4, 'huge'],
    ['a study that is not there', `${text}start: { study: nowhere }\n`, 'start.study', 8, 'nowhere'],
    ['a weights file that is not there', `${text}start: { weights: none.safetensors }\n`, 'start.weights', 8, 'none.safetensors'],
    ['images that are not there', text.replace('kind: synthetic, trainImages: 100', 'kind: folder, path: nowhere, imageSize: 32'), 'data.path', 5, 'nowhere'],
    ['a device that nobody knows', `${text}devices: [pixel6, pixle4]\n`, 'devices.1', 8, 'pixle4'],
    ['a teacher that is not there', `${text}  distillation: { teachers: [{ file: big.onnx }] }\n`, 'training.distillation.teachers.0.file', 8, 'big.onnx'],
    ['fresh weights that are frozen', `${text}  freeze: backbone\n`, 'training.freeze', 8, 'fresh weights'],
    ['coarser tokens until the end', `${text}  epochs: 2\n  retokenization: { phases: [{ epochs: 5, stride: 8 }] }\n`, 'training.retokenization.phases', 9, 'its phases last 2 epochs'],
    ['coarser tokens where there is one size', `${text.replace('asvit-mini', 'autoformer-mini').replace('seed', 'min')}  retokenization: { phases: [{ epochs: 1, stride: 8 }] }\n`, 'training.retokenization.phases', 8, 'work with all of their tokens'],
  ])('tells of %s beside the setting', async (_, written, path, line, words) => {
    const problems = await found(written);
    expect(problems).toContainEqual([path, line, expect.stringContaining(words)]);
    expect(problems.every(([, , said]) => !String(said).startsWith('training.'))).toBe(true);
  });

  it('says a broken study once, and judges the network without it', async () => {
    expect((await found(`${text}start: { study: nowhere }\n`)).map(([path]) => path)).toEqual(['start.study']);
    expect((await found(`${text.replace('seed', '0123abcd')}start: { study: nowhere }\n`)).map(([path]) => path)).toEqual(['start.study']);
  });

  it('hints at a warm-up without an end and at batches larger than the images', async () => {
    const { problems, hints } = await checkTrainingText(text.replace('batchSize: 10', 'batchSize: 200\n  epochs: 1'), folder);
    expect(problems).toEqual([]);
    expect(hints.map(({ path }) => path.join('.'))).toEqual(['training.warmupEpochs', 'training.batchSize']);
  });
});

describe('what a training would cost', () => {
  it('is what its network and schedule come to', async () => {
    const settings = parseTrainingFile(`${text}  epochs: 4\n  cooldownEpochs: 1\n  retokenization: { phases: [{ epochs: 2, stride: 4 }] }\ndevices: [pixel6]\n`, 'mine.yaml');
    const estimate = await estimateTraining(settings, folder);
    const space = getSpace('asvit-mini');
    const [coarse, whole] = [{ stride: 4, dilation: estimate.phases[0].dilation }, undefined].map((tokens) => space.lower(readArchitecture(space, 'seed'), { classes: 10, ...(tokens ? { tokens } : {}) }));
    // 100 images in batches of 10: ten steps an epoch, five epochs, the first two of them on coarser tokens.
    expect(estimate.images).toEqual({ train: 100, val: 2000, stepsPerEpoch: 10, steps: 50 });
    expect(estimate).toMatchObject({ name: 'seed', classes: 10, epochs: 5, macs: networkMacs(whole), params: networkParams(whole), trainedParams: networkParams(whole) });
    expect(estimate.trainingMacs).toBe(20 * 10 * networkMacs(coarse) + 30 * 10 * networkMacs(whole));
    expect(estimate.savedShare).toBeCloseTo(1 - estimate.trainingMacs! / (500 * networkMacs(whole)), 12);
    expect(estimate.latencies).toMatchObject([{ device: 'pixel6' }]);
  });

  it('counts files of a folder, and says nothing of steps while there are none', async () => {
    for (const [name, count] of [['cat', 20], ['dog', 10]] as const) {
      mkdirSync(join(folder, 'images', name), { recursive: true });
      for (let i = 0; i < count; i++) writeFileSync(join(folder, 'images', name, `${i}.jpg`), '');
    }
    const of = (path: string) => estimateTraining(parseTrainingFile(text.replace('kind: synthetic, trainImages: 100', `kind: folder, path: ${path}, imageSize: 32`), 'mine.yaml'), folder);
    // A tenth of each class validates.
    expect(await of('images')).toMatchObject({ classes: 2, images: { train: 27, val: 3, stepsPerEpoch: 2, steps: 100 }, notes: [] });
    expect(await of('nowhere')).toMatchObject({ images: null, trainingMacs: null, notes: [expect.stringContaining('cannot be read')] });
  });
});

describe('what a new training begins with', () => {
  it.each(trainingTemplates.map(({ id, yaml }) => [id, yaml] as const))('%s is right but for the files that it only names', async (_, yaml) => {
    const paths = (await found(yaml)).map(([path]) => path);
    expect(['data.path', 'start.weights'].filter((path) => paths.includes(path))).toEqual(paths.toSorted());
  });

  it('has fields for all settings of the file, with the choices that there are', () => {
    const fields = new Map(schemaOfTraining().map((field) => [field.path.join('.'), field]));
    expect(fields.get('preset')).toMatchObject({ kind: 'choice', choices: ['as-vit', 'tf-tas', 'elasticvit'] });
    expect(fields.get('space')?.choices).toContain('asvit-mini');
    expect(fields.get('training.epochs')).toMatchObject({ kind: 'number', default: 50, isOpenBelow: true });
    expect(fields.get('training.retokenization.phases')).toMatchObject({ kind: 'list', items: 'group' });
    expect([...fields.values()].filter(({ help, kind }) => help === '' && kind !== 'group').map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('becomes a folder of the library, numbered where its name is taken', async () => {
    const library = join(folder, 'library');
    const made = [await newTraining(library, { text, baseDir: folder }), await newTraining(library, { text, baseDir: folder })];
    expect(made).toEqual([join(library, 'mine'), join(library, 'mine-2')]);
    expect((await readTraining(made[1])).info).toMatchObject({ name: 'mine', status: 'created', baseDir: folder });
  });
});
