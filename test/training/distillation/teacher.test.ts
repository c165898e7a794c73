import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Normalisation } from '../../../core/data/normalisation.ts';
import { resizeBatch } from '../../../core/data/resize.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { exportNetwork } from '../../../core/export/exportNetwork.ts';
import { logits } from '../../../core/model/inference.ts';
import type { Weights } from '../../../core/model/weights.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { writeFileAtomic } from '../../../core/study/files.ts';
import type { TeacherSettings } from '../../../core/training/distillation/settings.ts';
import { planCrew } from '../../../core/training/distillation/teacher/crew.ts';
import { sharedBatch, type TeacherRun } from '../../../core/training/distillation/teacher/session.ts';
import { imageNetNormalisation, Teacher, type TeacherOptions } from '../../../core/training/distillation/teacher/teacher.ts';
import { imageInput } from '../../../core/training/distillation/teacher/teacherShape.ts';
import { calibratedWeights } from '../../export/networks.ts';
import { tinyLogits, tinyTeacher, tinyTeacherWithWeightsIn, tinyWeights, type TinyTeacher } from './tinyTeacher.ts';

const studies: Normalisation = { mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.3] };
const own: Normalisation = { mean: [0.45, 0.5, 0.35], std: [0.2, 0.25, 0.4] };
const classes = ['cat', 'dog', 'hedgehog'];

let folder: string;
const opened: Teacher[] = [];

function openTeacher(settings: TeacherSettings, options: Partial<TeacherOptions> = {}): Promise<Teacher> {
  const opening = Teacher.open(settings, { baseDir: folder, classes, threads: 1, batchSize: 19, imageSize: 4, normalisation: studies, ...options });
  return opening.then((teacher) => {
    opened.push(teacher);
    return teacher;
  });
}

/** Images on the scale 0 to 1, and the same normalised. */
function images(count: number, size: number, seed = 'images') {
  const random = new Random(seed);
  const plain = Float32Array.from({ length: count * 3 * size * size }, () => random.uniform());
  const normalised = ({ mean, std }: Normalisation) => plain.map((value, i) => {
    const channel = Math.floor(i / (size * size)) % 3;
    return (value - mean[channel]) / std[channel];
  });
  return { normalised };
}

/** [count, 3] of pixels [count, 3, size, size]. */
function channelMeans(pixels: Float32Array, size: number): Float32Array {
  const area = size * size;
  return Float32Array.from({ length: pixels.length / area }, (_, i) => pixels.subarray(i * area, (i + 1) * area).reduce((sum, value) => sum + value, 0) / area);
}

function expectClose(actual: Float32Array, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(tolerance));
}

describe('a network of ours as a teacher', () => {
  const space = getSpace('elasticvit-mini');
  const architecture = space.networks.small;
  let engine: Engine;
  let weights: Weights;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'teacher-'));
    engine = await startEngine('ort');
    weights = calibratedWeights(engine, space.lower(architecture, { classes: 3 }), 'teacher');
    const common = { weights, engine, seed: 1, version: '0', architecture, writeFile: writeFileAtomic, classNames: classes, normalisation: own };
    await exportNetwork({ ...common, out: join(folder, 'any.onnx'), batch: 'dynamic' });
    await exportNetwork({ ...common, out: join(folder, 'single.onnx'), batch: 1 });
  });
  afterAll(() => {
    for (const teacher of opened.splice(0)) teacher.close();
    rmSync(folder, { recursive: true });
  });

  it.each(['any.onnx', 'single.onnx'])('answers as the engine does, on images that it gets in its own way (%s)', async (file) => {
    const { resolution } = weights.network;
    const { normalised } = images(3, 24);
    // Of the same images, normalised as its file says from the start.
    const expected = logits(engine, weights, { count: 3, size: resolution, pixels: resizeBatch(normalised(own), 3, 24, resolution) });
    const teacher = await openTeacher({ file }, { imageSize: 24 });
    expect(teacher.resolution).toBe(resolution);
    expect(teacher.normalisation).toEqual(own);
    expectClose(await teacher.begin(normalised(studies), 3, 24).finish(), expected, 1e-4);
  });

  it('takes what is set before what its file says', async () => {
    const teacher = await openTeacher({ file: 'any.onnx', mean: [0, 0, 0] }, { imageSize: 24 });
    expect(teacher.normalisation).toEqual({ mean: [0, 0, 0], std: own.std });
    await expect(openTeacher({ file: 'any.onnx', resolution: 24 })).rejects.toMatchObject({
      code: 'teacher-resolution', message: expect.stringMatching(/32x32 pixels only.*set to 24/) as string,
    });
  });

  it('is refused when its classes have other names', async () => {
    await expect(openTeacher({ file: 'any.onnx' }, { classes: ['cat', 'hedgehog', 'dog'] })).rejects.toMatchObject({
      code: 'teacher-classes', message: expect.stringMatching(/number 2 is "dog", the study's is "hedgehog"/) as string,
    });
    await expect(openTeacher({ file: 'any.onnx' }, { classes: ['cat', 'dog'] })).rejects.toMatchObject({
      code: 'teacher-classes', message: expect.stringMatching(/tells 3 classes apart, the study's images have 2/) as string, details: { teacher: 3, study: 2 },
    });
  });
});

describe("a teacher's threads", () => {
  it('have a copy of the network each, as far as batches and the memory go round', () => {
    expect(planCrew(4, 2e6, 8)).toEqual({ sessions: 4, threads: 1 });
    expect(planCrew(16, 2e6, 8)).toEqual({ sessions: 8, threads: 2 });
    expect(planCrew(4, 2e6, 1)).toEqual({ sessions: 1, threads: 4 });
    expect(planCrew(16, 88e6, 32)).toEqual({ sessions: 6, threads: 2 });
    expect(planCrew(16, 1.2e9, 32)).toEqual({ sessions: 1, threads: 16 });
  });
});

describe('a teacher', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'teacher-'));
  });
  afterEach(() => {
    for (const teacher of opened.splice(0)) teacher.close();
    rmSync(folder, { recursive: true });
  });
  const write = (tiny: TinyTeacher | Uint8Array | string, name = 'tiny.onnx') => {
    writeFileSync(join(folder, name), tiny instanceof Uint8Array || typeof tiny === 'string' ? tiny : tinyTeacher(tiny));
    return name;
  };
  const refusal = (code: string, message: RegExp) => ({ name: 'InputError', code, message: expect.stringMatching(message) as string });

  it.each([1, 2, 5, 'batch'])('answers any number of images, whatever batch its file is for (%s)', async (batch) => {
    const teacher = await openTeacher({ file: write({ batch }) });
    const { normalised } = images(19, 4);
    expect(teacher.normalisation).toEqual(imageNetNormalisation);
    expectClose(await teacher.begin(normalised(studies), 19, 4).finish(), tinyLogits(normalised(imageNetNormalisation), {}), 1e-5);
  });

  it('gives an image the same answer whatever is beside it', async () => {
    const teacher = await openTeacher({ file: write({}) });
    const pixels = images(19, 4).normalised(studies);
    const all = await teacher.begin(pixels, 19, 4).finish();
    expect([...await teacher.begin(pixels.subarray(17 * 48, 18 * 48), 1, 4).finish()]).toEqual([...all.subarray(17 * 3, 18 * 3)]);
  });

  it.each([1, 'batch'])('answers the same to the last bit with more threads, those that are still starting included (%s)', async (batch) => {
    const file = write({ batch });
    const alone = await openTeacher({ file });
    const crew = await openTeacher({ file }, { threads: 3 });
    const pixels = images(61, 4).normalised(studies);
    const expected = [...await alone.begin(pixels, 61, 4).finish()];
    for (let time = 0; time < 40; time++) {
      expect([...await crew.begin(pixels, 61, 4).finish()]).toEqual(expected);
      await setTimeout(time < 20 ? 50 : 0);
    }
  });

  it('has threads that answer all that nobody else has taken', async () => {
    const run: TeacherRun = {
      path: join(folder, write({})), input: 'images', output: 'logits', classes: 3, imagesPerRun: 2, resolution: 4, normalisation: studies, given: studies,
    };
    const worker = new Worker(new URL('../../../core/training/distillation/teacher/startThread.js', import.meta.url), { workerData: { run, threads: 1 }, execArgv: [] });
    try {
      const pixels = images(7, 4).normalised(studies);
      const batch = sharedBatch(pixels, 7, 4, 3);
      worker.postMessage({ id: 5, batch });
      expect((await once(worker, 'message'))[0]).toEqual({ id: 5, images: 7 });
      expectClose(batch.answers, tinyLogits(pixels, {}), 1e-5);
    } finally {
      await worker.terminate();
    }
  });

  it("takes images at the data's size where neither its file nor a setting has one", async () => {
    const file = write({ pooled: true, size: 1 });
    const { normalised } = images(2, 9);
    const teacher = await openTeacher({ file }, { imageSize: 9 });
    expect(teacher.resolution).toBe(9);
    expectClose(await teacher.begin(normalised(studies), 2, 9).finish(), tinyLogits(channelMeans(normalised(imageNetNormalisation), 9), { size: 1 }), 1e-5);
    const larger = await openTeacher({ file, resolution: 20 }, { imageSize: 9 });
    expect(larger.resolution).toBe(20);
    const resized = resizeBatch(normalised(imageNetNormalisation), 2, 9, 20);
    expectClose(await larger.begin(normalised(studies), 2, 9).finish(), tinyLogits(channelMeans(resized, 20), { size: 1 }), 1e-5);
  });

  it('may keep its weights in a file of their own, which identify it too', async () => {
    const storeWeights = (seed: string) => writeFileSync(join(folder, 'tiny.data'), new Uint8Array(tinyWeights({ seed }).buffer));
    const file = write(tinyTeacherWithWeightsIn('tiny.data'));
    await expect(openTeacher({ file })).rejects.toMatchObject(refusal('missing-file', /tiny\.data, where the teacher .*tiny\.onnx keeps weights/));
    storeWeights('teacher');
    const teacher = await openTeacher({ file });
    const { normalised } = images(2, 4);
    expectClose(await teacher.begin(normalised(studies), 2, 4).finish(), tinyLogits(normalised(imageNetNormalisation), {}), 1e-5);
    storeWeights('another');
    expect((await openTeacher({ file })).sha256).not.toBe(teacher.sha256);
  });

  it('is refused when there is none, or it is something else', async () => {
    await expect(openTeacher({ file: 'nowhere.onnx' })).rejects.toMatchObject(refusal('missing-file', /There is no file the teacher .*nowhere\.onnx/));
    await expect(openTeacher({ file: write('This is a text.') })).rejects.toMatchObject(refusal('not-a-teacher', /tiny\.onnx/));
    const cut = tinyTeacher();
    await expect(openTeacher({ file: write(cut.subarray(0, cut.length - 50)) })).rejects.toMatchObject(refusal('not-a-teacher', /tiny\.onnx/));
    await expect(openTeacher({ file: write({ last: 'Softmax' }) })).rejects.toMatchObject(refusal('not-a-teacher', /probabilities.*without its last softmax/));
  });

  it('is refused for other classes, naming both numbers', async () => {
    await expect(openTeacher({ file: write({ classes: 10 }) })).rejects.toMatchObject(refusal('teacher-classes', /tells 10 classes apart, the study's images have 3/));
  });

  it('stops the study when it yields no numbers', async () => {
    const teacher = await openTeacher({ file: write({ last: 'Log' }) });
    await expect(teacher.begin(images(2, 4).normalised(studies), 2, 4).finish()).rejects.toMatchObject({ name: 'EnvironmentError', code: 'teacher-failed' });
  });

  it('says which file it cannot read when threads start without it', async () => {
    const file = write({});
    const teacher = await openTeacher({ file }, { threads: 2 });
    rmSync(join(folder, file));
    const answer = async () => {
      for (;;) {
        await teacher.begin(images(19, 4).normalised(studies), 19, 4).finish();
        await setTimeout(20);
      }
    };
    await expect(answer()).rejects.toMatchObject({ name: 'EnvironmentError', code: 'teacher-thread', message: expect.stringMatching(/tiny\.onnx.*threads to 1/) as string });
  });

  const value = (shape: number[], type = 1, name = 'x') => ({ name, isTensor: true, shape, type });
  it.each([
    ['float16', [value([-1, 3, 8, 8], 10)], /"x" is float16 \[\?, 3, 8, 8\].*Export it with float32/],
    ['channels last', [value([-1, 8, 8, 3])], /Export it with channels first/],
    ['one channel', [value([-1, 1, 8, 8])], /"x" is float32 \[\?, 1, 8, 8\]/],
    ['oblong images', [value([-1, 3, 8, 9])], /height and width being equal/],
    ['no images', [value([-1, 3])], /"x" is float32 \[\?, 3\]/],
    ['two inputs', [value([1, 3, 8, 8]), value([1], 7, 'y')], /2 inputs \(x, y\)/],
  ])('is refused when it takes %s', (_, inputs, message) => {
    expect(() => imageInput(inputs, 'file')).toThrow(expect.objectContaining(refusal('not-a-teacher', message)) as Error);
  });
});
