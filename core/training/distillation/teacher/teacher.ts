import { resolve } from 'node:path';
import { Tensor } from 'onnxruntime-common';
import { InputError } from '../../../base/errors.ts';
import type { Normalisation } from '../../../data/normalisation.ts';
import { loadOrt, type NativeSession } from '../../../engine/ort/binding.ts';
import type { TeacherSettings } from '../settings.ts';
import { planCrew, TeacherCrew, type PendingAnswers } from './crew.ts';
import { openNetwork, ortReason, type TeacherRun } from './session.ts';
import { readTeacherFile, type TeacherFile } from './teacherFile.ts';
import { imageInput, logitsOutput } from './teacherShape.ts';

/** Of ImageNet's pixels, as torchvision and timm have them. */
export const imageNetNormalisation: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Images per run of a teacher that takes any number: enough to compute well, few enough to share out a batch. */
const imagesPerRun = 8;

export interface TeacherOptions {
  /** Folder that relative paths start from. */
  readonly baseDir: string;
  /** In the order of the labels. */
  readonly classes: readonly string[];
  readonly threads: number;
  /** Images that it will be given at a time. */
  readonly batchSize: number;
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
  readonly #crew: TeacherCrew;

  private constructor(sha256: string, crew: TeacherCrew) {
    this.path = crew.run.path;
    this.sha256 = sha256;
    this.resolution = crew.run.resolution;
    this.normalisation = crew.run.normalisation;
    this.#crew = crew;
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
    const run = tryOut(path, file, settings, options);
    const plan = planCrew(options.threads, file.bytes, Math.ceil(options.batchSize / run.imagesPerRun));
    return new Teacher(file.sha256, new TeacherCrew(run, plan));
  }

  /**
   * Begins to answer, where it has other threads for it. An image's answer does not depend on the images beside it:
   * every run has the same number of them.
   * @param images [count, 3, imageSize, imageSize], normalised as the options say
   * @returns [count, classes], once it is finished
   */
  begin(images: Float32Array, count: number, imageSize: number): PendingAnswers {
    const expected = count * 3 * imageSize ** 2;
    if (images.length !== expected) throw new RangeError(`Expected ${count} images of 3x${imageSize}x${imageSize} values, got ${images.length} values.`);
    return this.#crew.begin(images, count, imageSize);
  }

  close(): void {
    this.#crew.close();
  }
}

/** How a teacher is run, found by running it once. @throws InputError `not-a-teacher`, `teacher-classes`, `teacher-resolution` */
function tryOut(path: string, file: TeacherFile, settings: TeacherSettings, options: TeacherOptions): TeacherRun {
  const session = openNetwork(path, 1);
  try {
    return describeRun(session, path, file, settings, options);
  } finally {
    session.dispose();
  }
}

function describeRun(session: NativeSession, path: string, file: TeacherFile, settings: TeacherSettings, options: TeacherOptions): TeacherRun {
  const { name: input, batch, resolution: fixed } = imageInput(session.inputMetadata, path);
  if (settings.resolution !== undefined && fixed !== undefined && settings.resolution !== fixed) {
    throw new InputError('teacher-resolution', `${path} takes images of ${fixed}x${fixed} pixels only; its resolution is set to `
      + `${settings.resolution}. Leave the setting out, or export the network for ${settings.resolution} pixels.`);
  }
  const resolution = settings.resolution ?? fixed ?? options.imageSize;
  const { mean, std } = file.normalisation ?? imageNetNormalisation;
  const classes = options.classes.length;
  // Two images, because a network that claims to take any number may have been fixed to one on the way.
  const count = batch ?? 2;
  const outputs = runOnNothing(session, path, input, count, resolution);
  return {
    path, input, output: logitsOutput(outputs, count, classes, path), classes, imagesPerRun: batch ?? imagesPerRun, resolution,
    normalisation: { mean: settings.mean ?? mean, std: settings.deviation ?? std }, given: options.normalisation,
  };
}

/** All outputs for black images. */
function runOnNothing(session: NativeSession, path: string, input: string, count: number, resolution: number): Record<string, Tensor> {
  try {
    const images = new Tensor('float32', new Float32Array(count * 3 * resolution ** 2), [count, 3, resolution, resolution]);
    return session.run({ [input]: images }, Object.fromEntries(session.outputMetadata.map(({ name }) => [name, null])), {});
  } catch (cause) {
    throw new InputError('not-a-teacher', `${path} cannot be run on ${count} images of ${resolution}x${resolution} pixels; if it wants another `
      + `size, set the teacher's resolution. ONNX Runtime says: ${ortReason(cause)}`, { cause });
  }
}

/** Files of Pocketformer name their classes. */
function checkClassNames({ classNames }: TeacherFile, classes: readonly string[], path: string): void {
  if (classNames?.length !== classes.length) return; // Told by the shape of the logits.
  const place = classNames.findIndex((name, i) => name !== classes[i]);
  if (place < 0) return;
  throw new InputError('teacher-classes', `${path} was trained on other classes: its number ${place + 1} is "${classNames[place]}", the study's is `
    + `"${classes[place]}". A teacher must have been trained on the same ${classes.length} classes in the same order.`);
}
