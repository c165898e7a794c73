import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noAugmentation } from '../../../core/data/augment.ts';
import { Random } from '../../../core/base/random.ts';
import { recordBytes } from '../../../core/training/distillation/answerFile.ts';
import { distillationSettingsSchema } from '../../../core/training/distillation/settings.ts';
import { teacherTargets } from '../../../core/training/distillation/targets.ts';
import { imageNetNormalisation } from '../../../core/training/distillation/teacher/teacher.ts';
import { Teachers, type TeacherBatch, type TeachersOptions } from '../../../core/training/distillation/teachers.ts';
import { mixSettingsSchema } from '../../../core/training/mix/settings.ts';
import { tinyLogits, tinyTeacher } from './tinyTeacher.ts';

const trainingImages = 10;
const random = new Random('set');
const set = Float32Array.from({ length: trainingImages * 48 }, () => random.normal());
const record = recordBytes(3);

let folder: string;
let cacheDir: string;
let notes: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'teachers-'));
  cacheDir = join(folder, 'cache');
  notes = [];
  writeFileSync(join(folder, 'one.onnx'), tinyTeacher());
  writeFileSync(join(folder, 'two.onnx'), tinyTeacher({ seed: 'two' }));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Opens teachers, uses them and closes them; returns what `use` does, and the counts. */
async function teach<T>(
  settings: { teachers: string[]; temperature?: number; cache?: boolean; labelShare?: number }, use: (teachers: Teachers) => Promise<T>,
  options: Partial<TeachersOptions> = {},
) {
  const { teachers: files, ...rest } = settings;
  const teachers = await Teachers.open(distillationSettingsSchema.parse({ ...rest, teachers: files.map((file) => ({ file })) }), {
    baseDir: folder, cacheDir, classes: ['a', 'b', 'c'], threads: 1, imageSize: 4, normalisation: imageNetNormalisation, dataId: 'data', trainingImages,
    augmentation: noAugmentation, mix: mixSettingsSchema.parse({}), seed: 1, steps: 10, batchSize: 4, onNote: (message) => notes.push(message), ...options,
  });
  try {
    return { result: await use(teachers), ...teachers.counts };
  } finally {
    teachers.close();
  }
}

function batchOf(...indices: number[]): TeacherBatch {
  const images = new Float32Array(indices.length * 48);
  indices.forEach((index, slot) => images.set(set.subarray(index * 48, (index + 1) * 48), slot * 48));
  return { images, indices };
}

const expectedTargets = ({ images }: TeacherBatch, seeds: string[], temperature: number) => (
  teacherTargets(seeds.map((seed) => Float32Array.from(tinyLogits(images, { seed }))), 3, temperature));

function expectClose(actual: Float32Array | undefined, expected: Float32Array): void {
  expect(actual?.length).toBe(expected.length);
  // Logits are kept to 1 part in 2048 of their distance d from the largest: p = exp(-d / T) is off by at most p (d / T) / 2048 < 2e-4.
  actual?.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(4e-4));
}

const answerFiles = () => readdirSync(cacheDir).map((name) => join(cacheDir, name));

describe('the teachers of a study', () => {
  const batch = batchOf(3, 1, 4, 7);

  it('answer with the mean of their softened answers', async () => {
    const one = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    expectClose(one.result, expectedTargets(batch, ['teacher'], 0.2));
    const both = await teach({ teachers: ['one.onnx', 'two.onnx'], temperature: 1 }, (teachers) => teachers.begin(batch, 0).finish());
    expectClose(both.result, expectedTargets(batch, ['teacher', 'two'], 1));
    expect(notes).toEqual([]);
  });

  it('are asked once: later runs, other temperatures and added teachers read the answers', async () => {
    const first = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    const again = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    expect(again.result).toEqual(first.result);
    expect([first.asked, first.cached, again.asked, again.cached]).toEqual([4, 0, 0, 4]);
    const warmer = await teach({ teachers: ['one.onnx', 'two.onnx'], temperature: 1 }, (teachers) => teachers.begin(batch, 0).finish());
    expect([warmer.asked, warmer.cached]).toEqual([4, 4]);
    expectClose(warmer.result, expectedTargets(batch, ['teacher', 'two'], 1));
  });

  it('say the same without a cache', async () => {
    const kept = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    rmSync(cacheDir, { recursive: true });
    const unkept = await teach({ teachers: ['one.onnx'], cache: false }, (teachers) => teachers.begin(batch, 0).finish());
    expect(unkept.result).toEqual(kept.result);
    expect(existsSync(cacheDir)).toBe(false);
  });

  it('know images that are never changed by their place in the data, in any step', async () => {
    const { asked, cached, result } = await teach({ teachers: ['one.onnx'] }, async (teachers) => {
      await teachers.begin(batch, 0).finish();
      return teachers.begin(batchOf(7, 9, 3, 3), 8).finish();
    }, { seed: 2 });
    expect([asked, cached]).toEqual([5, 3]);
    expectClose(result, expectedTargets(batchOf(7, 9, 3, 3), ['teacher'], 0.2));
    const [file] = answerFiles();
    expect(readFileSync(file).length).toBe(10 * record);
    const otherSeed = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 5).finish(), { seed: 3 });
    expect(otherSeed.cached).toBe(4);
  });

  it('know views and mixtures by step and place in the batch', async () => {
    const changed: Partial<TeachersOptions>[] = [
      { augmentation: { ...noAugmentation, flip: true } }, { augmentation: { ...noAugmentation, colourJitter: 0.1 } },
      { mix: mixSettingsSchema.parse({ mixup: 0.1 }) },
    ];
    for (const options of changed) {
      const steps = async (teachers: Teachers) => [await teachers.begin(batch, 0).finish(), await teachers.begin(batchOf(3, 1, 4, 8), 2).finish()];
      const first = await teach({ teachers: ['one.onnx'] }, steps, options);
      const again = await teach({ teachers: ['one.onnx'] }, steps, options);
      expect(again.result).toEqual(first.result);
      expect([first.asked, first.cached, again.asked, again.cached]).toEqual([8, 0, 0, 8]);
      const otherSeed = await teach({ teachers: ['one.onnx'] }, steps, { ...options, seed: 5 });
      expect(otherSeed.cached).toBe(0);
    }
    expect(answerFiles().length).toBe(6);
  });

  it('are asked again about pixels that are not those of the answer', async () => {
    await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    const images = batch.images.map((value, i) => (i === 50 ? value + 1e-3 : value));
    const { asked, cached, result } = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin({ ...batch, images }, 0).finish());
    expect([asked, cached]).toEqual([1, 3]);
    expectClose(result, expectedTargets({ ...batch, images }, ['teacher'], 0.2));
  });

  it('are asked again where an answer is damaged or was not written to its end', async () => {
    const first = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    const [file] = answerFiles();
    const bytes = readFileSync(file);
    bytes[3 * record + 6] ^= 0x10;
    writeFileSync(file, bytes.subarray(0, bytes.length - 1));
    const again = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    expect([again.asked, again.cached]).toEqual([2, 2]);
    expect(again.result).toEqual(first.result);
    const repaired = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    expect([repaired.asked, repaired.cached]).toEqual([0, 4]);
  });

  it('are asked again when the file has changed', async () => {
    await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    writeFileSync(join(folder, 'one.onnx'), tinyTeacher({ seed: 'changed' }));
    const { asked, result } = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    expect(asked).toBe(4);
    expectClose(result, expectedTargets(batch, ['changed'], 0.2));
    expect(answerFiles().length).toBe(2);
  });

  it('say why they keep nothing when that would be too much, or the disk refuses, and answer all the same', async () => {
    const large = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish(), { cacheLimitBytes: 99 });
    expect(existsSync(cacheDir)).toBe(false);
    writeFileSync(cacheDir, 'a file where a folder should be');
    const refused = await teach({ teachers: ['one.onnx'] }, (teachers) => teachers.begin(batch, 0).finish());
    expect(refused.result).toEqual(large.result);
    expect(notes).toEqual([
      expect.stringMatching(/not kept: 10 of 3 classes would take 100 bytes, more than 99 bytes/), expect.stringMatching(/not kept: .*cannot be opened/),
    ]);
  });

  it('are not opened where only the labels count', async () => {
    for (const settings of [{ teachers: [] }, { teachers: ['nowhere.onnx'], labelShare: 1 }]) {
      const { result, asked } = await teach(settings, async (teachers) => [await teachers.begin(batch, 0).finish(), teachers.labelShare]);
      expect([result, asked]).toEqual([[undefined, 1], 0]);
    }
  });
});
