import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Tensor } from 'onnxruntime-common';
import { EnvironmentError, InputError, messageOf } from '../../base/errors.ts';
import type { Normalisation } from '../../data/normalisation.ts';
import { resizeBatch } from '../../data/resize.ts';
import { createSession, loadOrt, type NativeSession } from '../../engine/ort/binding.ts';
import type { TeacherSettings } from './settings.ts';
import { readTeacherFile, type TeacherFile } from './teacherFile.ts';
import { imageInput, logitsOutput } from './teacherShape.ts';

/** Of ImageNet's pixels, as torchvision and timm have them. */
export const imageNetNormalisation: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Images per run of a teacher that takes any number: enough to compute well, few enough for the memory. */
const imagesPerRun = 16;

export interface TeacherOptions {
  /** Folder that relative paths start from. */
  readonly baseDir: string;
  /** In the order of the labels. */
  readonly classes: readonly string[];
  readonly threads: number;
  /** Side of the images that it will be given, in pixels. */
  readonly imageSize: number;
  /** What the images that it will be given went through. */
  readonly normalisation: Normalisation;
}

/** An image classifier in an ONNX file, whose answers are learnt. It runs in ONNX Runtime on the CPU. */
export class Teacher {
  readonly path: string;
  /** Of the file. */
  readonly sha256: string;
  /** Side of the images as the network gets them, in pixels. */
  readonly resolution: number;
  /** Of the images as the network gets them. */
  readonly normalisation: Normalisation;
  readonly #session: NativeSession;
  readonly #given: Normalisation;
  readonly #classes: number;
  readonly #input: string;
  readonly #output: string;
  readonly #perRun: number;

  private constructor(path: string, file: TeacherFile, settings: TeacherSettings, options: TeacherOptions, session: NativeSession) {
    const { name, batch, resolution } = imageInput(session.inputMetadata, path);
    if (settings.resolution !== undefined && resolution !== undefined && settings.resolution !== resolution) {
      throw new InputError('teacher-resolution', `${path} takes images of ${resolution}x${resolution} pixels only; its resolution is set to `
        + `${settings.resolution}. Leave the setting out, or export the network for ${settings.resolution} pixels.`);
    }
    const { mean, std } = file.normalisation ?? imageNetNormalisation;
    this.path = path;
    this.sha256 = file.sha256;
    this.resolution = settings.resolution ?? resolution ?? options.imageSize;
    this.normalisation = { mean: settings.mean ?? mean, std: settings.deviation ?? std };
    this.#session = session;
    this.#given = options.normalisation;
    this.#classes = options.classes.length;
    this.#input = name;
    this.#perRun = batch ?? imagesPerRun;
    // Two images, because a network that claims to take any number may have been fixed to one on the way.
    this.#output = this.#tryOut(batch ?? 2);
  }

  /**
   * Reads a teacher and tries it out.
   * @throws InputError `missing-file`, `not-a-teacher`, `teacher-classes`, `teacher-resolution`; EnvironmentError `ort-missing`, `unreadable-file`
   */
  static async open(settings: TeacherSettings, options: TeacherOptions): Promise<Teacher> {
    loadOrt();
    const path = resolve(options.baseDir, settings.file);
    const file = await readTeacherFile(path);
    checkClassNames(file, options.classes, path);
    const session = openSession(path, options.threads);
    try {
      return new Teacher(path, file, settings, options, session);
    } catch (error) {
      session.dispose();
      throw error;
    }
  }

  /**
   * Lets other work of the process happen between runs. An image's answer does not depend on the images beside it:
   * every run has the same number of them.
   * @param images [count, 3, imageSize, imageSize], normalised as the options say
   * @returns [count, classes]
   * @throws EnvironmentError `teacher-failed`
   */
  async logits(images: Float32Array, count: number, imageSize: number): Promise<Float32Array> {
    const given = 3 * imageSize ** 2;
    if (images.length !== count * given) throw new RangeError(`Expected ${count} images of 3x${imageSize}x${imageSize} values, got ${images.length} values.`);
    const answers = new Float32Array(count * this.#classes);
    const input = new Float32Array(this.#perRun * 3 * this.resolution ** 2);
    for (let start = 0; start < count; start += this.#perRun) {
      if (start > 0) await setImmediate();
      const present = Math.min(this.#perRun, count - start);
      input.fill(0);
      input.set(resizeBatch(images.subarray(start * given, (start + present) * given), present, imageSize, this.resolution));
      renormalise(input, this.resolution ** 2, this.#given, this.normalisation);
      const rows = this.#run(input).subarray(0, present * this.#classes);
      if (!rows.every(Number.isFinite)) {
        throw new EnvironmentError('teacher-failed', `${this.path} answers with values that are not finite numbers. Check the mean, the deviation and `
          + 'the resolution that are set for it.');
      }
      answers.set(rows, start * this.#classes);
    }
    return answers;
  }

  close(): void {
    this.#session.dispose();
  }

  #run(input: Float32Array): Float32Array {
    try {
      const images = new Tensor('float32', input, [this.#perRun, 3, this.resolution, this.resolution]);
      return this.#session.run({ [this.#input]: images }, { [this.#output]: null }, {})[this.#output].data as Float32Array;
    } catch (cause) {
      throw new EnvironmentError('teacher-failed', `${this.path}: ONNX Runtime cannot run this teacher (${ortReason(cause)}).`, { cause });
    }
  }

  /** Name of the output with the logits. */
  #tryOut(count: number): string {
    const { resolution } = this;
    let outputs: Record<string, Tensor>;
    try {
      const images = new Tensor('float32', new Float32Array(count * 3 * resolution ** 2), [count, 3, resolution, resolution]);
      const wanted = Object.fromEntries(this.#session.outputMetadata.map(({ name }) => [name, null]));
      outputs = this.#session.run({ [this.#input]: images }, wanted, {});
    } catch (cause) {
      throw new InputError('not-a-teacher', `${this.path} cannot be run on ${count} images of ${resolution}x${resolution} pixels; if it wants another `
        + `size, set the teacher's resolution. ONNX Runtime says: ${ortReason(cause)}`, { cause });
    }
    return logitsOutput(outputs, count, this.#classes, this.path);
  }
}

function openSession(path: string, threads: number): NativeSession {
  try {
    // Waking threads for each of many small operators takes longer than what they do.
    return createSession(path, { threads, spinning: 'in-runs' });
  } catch (cause) {
    throw new InputError('not-a-teacher', `${path}: ONNX Runtime cannot open this network (${ortReason(cause)}).`, { cause });
  }
}

/** What ONNX Runtime says, without the places in its source before it. */
function ortReason(error: unknown): string {
  return messageOf(error).replace(/^.*\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /s, '').trim();
}

/** Files of Pocketformer name their classes. */
function checkClassNames({ classNames }: TeacherFile, classes: readonly string[], path: string): void {
  if (classNames?.length !== classes.length) return; // Told by the shape of the logits.
  const place = classNames.findIndex((name, i) => name !== classes[i]);
  if (place < 0) return;
  throw new InputError('teacher-classes', `${path} was trained on other classes: its number ${place + 1} is "${classNames[place]}", the study's is `
    + `"${classes[place]}". A teacher must have been trained on the same ${classes.length} classes in the same order.`);
}

/** Turns values normalised in one way into those normalised in another, in place. `pixels` is [count, 3, area]. */
function renormalise(pixels: Float32Array, area: number, from: Normalisation, to: Normalisation): void {
  for (let start = 0; start < pixels.length; start += area) {
    const channel = (start / area) % 3;
    const scale = from.std[channel] / to.std[channel];
    const shift = (from.mean[channel] - to.mean[channel]) / to.std[channel];
    for (let i = start; i < start + area; i++) pixels[i] = pixels[i] * scale + shift;
  }
}
