import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { messageOf } from '../../base/errors.ts';
import { changesImages, type Augmentation } from '../../data/augment.ts';
import type { MixSettings } from '../mix/settings.ts';
import { AnswerFile, recordBytes } from './answerFile.ts';
import { fromHalfDistances, toHalfDistances } from './halfLogits.ts';
import type { DistillationSettings } from './settings.ts';
import { labelShareOf, teacherTargets } from './targets.ts';
import type { PendingAnswers } from './teacher/crew.ts';
import { Teacher, type TeacherOptions } from './teacher/teacher.ts';

/** Raised when answers are kept or computed in another way, so that old ones are not found. */
const formatVersion = 2;

/** Answers of all teachers together that are kept at most. */
const defaultCacheLimitBytes = 4 * 2 ** 30;

export interface TeachersOptions extends TeacherOptions {
  /** Where answers are kept. */
  readonly cacheDir: string;
  /** `id` of the image set, and how many images train. */
  readonly dataId: string;
  readonly trainingImages: number;
  readonly augmentation: Augmentation;
  readonly mix: MixSettings;
  /** What views and mixtures are drawn from. */
  readonly seed: number | string;
  readonly steps: number;
  /** 4 GiB by default. */
  readonly cacheLimitBytes?: number;
  /** Told in a sentence when answers are not kept though they should be. Training is as good, and slower when it is repeated. */
  readonly onNote?: (message: string) => void;
}

/** A step's images as they are trained on: augmented and mixed. */
export interface TeacherBatch {
  /** [batch, 3, imageSize, imageSize], normalised. */
  readonly images: Float32Array;
  /** Places of the images in the training split, [batch]. */
  readonly indices: ArrayLike<number>;
}

/** Images times teachers. */
export interface AnswerCounts {
  /** That a teacher looked at. */
  readonly asked: number;
  /** Whose answer was on disk. */
  readonly cached: number;
}

/** What a batch's images are to be learnt as, which threads may be finding out meanwhile. */
export interface PendingTargets {
  /**
   * @returns the mean of the teachers' softened answers, [batch, classes]; undefined when only the labels count
   * @throws EnvironmentError `teacher-failed`, `teacher-thread`
   */
  finish(): Promise<Float32Array | undefined>;
}

interface Member {
  readonly teacher: Teacher;
  /** Undefined when answers are not kept. */
  file: AnswerFile | undefined;
}

/** Where the answers to a batch's images lie on the disk, and what the images were, [batch] each. */
interface Places {
  readonly numbers: readonly number[];
  readonly checksums: readonly number[];
}

/** One teacher's answers to a batch. */
interface PendingLogits {
  readonly member: Member;
  readonly places: Places;
  /** [batch, classes], of the answers that were on the disk so far. */
  readonly logits: Float32Array;
  /** Of the batch, in the order of `answers`. */
  readonly missing: readonly number[];
  /** Undefined when nothing is missing. */
  readonly answers: PendingAnswers | undefined;
}

/** The teachers of a study, who answer from disk what they answered before. */
export class Teachers {
  /** Weight of the labels beside the teachers, 0 to 1. */
  readonly labelShare: number;
  readonly #settings: DistillationSettings;
  readonly #options: TeachersOptions;
  readonly #members: Member[] = [];
  #asked = 0;
  #cached = 0;

  private constructor(settings: DistillationSettings, options: TeachersOptions) {
    this.#settings = settings;
    this.#options = options;
    this.labelShare = labelShareOf(settings);
  }

  /** Opens all teachers; none when only the labels count. @throws those of `Teacher.open` */
  static async open(settings: DistillationSettings, options: TeachersOptions): Promise<Teachers> {
    const teachers = new Teachers(settings, options);
    if (teachers.labelShare === 1) return teachers;
    try {
      for (const each of settings.teachers) teachers.#members.push({ teacher: await Teacher.open(each, options), file: undefined });
      teachers.#openFiles();
    } catch (error) {
      teachers.close();
      throw error;
    }
    return teachers;
  }

  get members(): readonly Teacher[] {
    return this.#members.map(({ teacher }) => teacher);
  }

  /** Since they were opened. */
  get counts(): AnswerCounts {
    return { asked: this.#asked, cached: this.#cached };
  }

  /**
   * Gives the teachers' other threads the images that were not answered before, while the caller does something else. The
   * numbers are the same whether answers come from disk or not. One batch at a time: finish it before the next.
   */
  begin(batch: TeacherBatch, step: number): PendingTargets {
    const numbers = Array.from(batch.indices, (index, slot) => (this.#answersByImage ? index : step * this.#options.batchSize + slot));
    const checksums = this.#members.length === 0 ? [] : numbers.map((_, slot) => checksum(this.#image(batch, slot)));
    const pending = this.#members.map((member) => this.#ask(member, batch, { numbers, checksums }));
    return { finish: () => this.#finish(pending) };
  }

  close(): void {
    for (const { teacher, file } of this.#members.splice(0)) {
      file?.close();
      teacher.close();
    }
  }

  async #finish(pending: readonly PendingLogits[]): Promise<Float32Array | undefined> {
    if (pending.length === 0) return undefined;
    const logits: Float32Array[] = [];
    for (const each of pending) logits.push(await this.#completed(each));
    return teacherTargets(logits, this.#options.classes.length, this.#settings.temperature);
  }

  #ask(member: Member, batch: TeacherBatch, places: Places): PendingLogits {
    const { imageSize, classes: { length: classes } } = this.#options;
    const { numbers, checksums } = places;
    const logits = new Float32Array(numbers.length * classes);
    const missing: number[] = [];
    for (let slot = 0; slot < numbers.length; slot++) {
      const found = this.#withFile(member, (file) => file.read(numbers[slot], checksums[slot]));
      if (found) fromHalfDistances(found, logits, slot * classes);
      else missing.push(slot);
    }
    const answers = missing.length === 0 ? undefined : member.teacher.begin(this.#images(batch, missing), missing.length, imageSize);
    return { member, places, logits, missing, answers };
  }

  /** Logits less the largest of their row, [batch, classes]. */
  async #completed({ member, places: { numbers, checksums }, logits, missing, answers }: PendingLogits): Promise<Float32Array> {
    const { classes: { length: classes } } = this.#options;
    this.#cached += numbers.length - missing.length;
    if (!answers) return logits;
    const asked = await answers.finish();
    this.#asked += missing.length;
    missing.forEach((slot, i) => {
      const halves = toHalfDistances(asked.subarray(i * classes, (i + 1) * classes));
      this.#withFile(member, (file) => file.write(numbers[slot], checksums[slot], halves));
      fromHalfDistances(halves, logits, slot * classes);
    });
    return logits;
  }

  #images(batch: TeacherBatch, slots: readonly number[]): Float32Array {
    if (slots.length === batch.indices.length) return batch.images;
    const length = 3 * this.#options.imageSize ** 2;
    const images = new Float32Array(slots.length * length);
    slots.forEach((slot, i) => images.set(this.#image(batch, slot), i * length));
    return images;
  }

  #image({ images }: TeacherBatch, slot: number): Float32Array {
    const length = 3 * this.#options.imageSize ** 2;
    return images.subarray(slot * length, (slot + 1) * length);
  }

  /** Images that are never changed have one answer each; otherwise every place of every step is a view of its own. */
  get #answersByImage(): boolean {
    const { augmentation, mix } = this.#options;
    const mixes = mix.probability > 0 && (mix.mixup > 0 || mix.cutmix > 0);
    return !changesImages(augmentation) && !mixes;
  }

  #openFiles(): void {
    const { cacheDir, classes, trainingImages, steps, batchSize, cacheLimitBytes = defaultCacheLimitBytes } = this.#options;
    if (!this.#settings.cache) return;
    const records = this.#answersByImage ? trainingImages : steps * batchSize;
    const neededBytes = records * recordBytes(classes.length) * this.#members.length;
    if (neededBytes > cacheLimitBytes) {
      this.#note(`The teachers' answers are not kept: ${records} of ${classes.length} classes would take ${sizeText(neededBytes)}, more than ${sizeText(cacheLimitBytes)}.`);
      return;
    }
    for (const member of this.#members) {
      const key = this.#keyOf(member.teacher);
      const path = join(cacheDir, `teacher-${key.slice(0, 32)}.answers`);
      try {
        member.file = new AnswerFile(path, key, classes.length);
      } catch (error) {
        this.#note(`The teachers' answers are not kept: ${path} cannot be opened (${messageOf(error)}).`);
      }
    }
  }

  /** A hash of what determines a teacher's answers and which of them have which place in its file. */
  #keyOf({ sha256, resolution, normalisation }: Teacher): string {
    const { dataId, imageSize, normalisation: given, augmentation, mix, seed, batchSize } = this.#options;
    const places = this.#answersByImage ? 'images' : { augmentation, mix, seed, batchSize };
    const determining = { formatVersion, sha256, resolution, normalisation, dataId, imageSize, given, places };
    return createHash('sha256').update(JSON.stringify(determining)).digest('hex');
  }

  /** A disk that fails makes the study no worse: it goes on without keeping answers. */
  #withFile<T>(member: Member, use: (file: AnswerFile) => T): T | undefined {
    if (!member.file) return undefined;
    try {
      return use(member.file);
    } catch (error) {
      this.#note(`Answers of ${member.teacher.path} are no longer kept: ${messageOf(error)}.`);
      member.file.close();
      member.file = undefined;
      return undefined;
    }
  }

  #note(message: string): void {
    this.#options.onNote?.(message);
  }
}

function checksum(values: Float32Array): number {
  return crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function sizeText(bytes: number): string {
  return bytes < 1e8 ? `${bytes} bytes` : `${(bytes / 1e9).toFixed(1)} GB`;
}
