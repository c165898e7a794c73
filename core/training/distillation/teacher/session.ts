import { Tensor } from 'onnxruntime-common';
import { EnvironmentError, InputError, messageOf } from '../../../base/errors.ts';
import { sharedCopy, sharedFloats } from '../../../base/sharedMemory.ts';
import type { Normalisation } from '../../../data/normalisation.ts';
import { resizeBatch } from '../../../data/resize.ts';
import { createSession, type NativeSession } from '../../../engine/ort/binding.ts';

/** How a teacher's network is run: plain data, which threads can be told. */
export interface TeacherRun {
  /** Of the ONNX file. */
  readonly path: string;
  readonly input: string;
  /** Of the logits. */
  readonly output: string;
  readonly classes: number;
  /** The same in every run, so that an image's answer does not depend on the images beside it. */
  readonly imagesPerRun: number;
  /** Side of the images as the network gets them, in pixels. */
  readonly resolution: number;
  /** Of the images as the network gets them, and as they are given. */
  readonly normalisation: Normalisation;
  readonly given: Normalisation;
}

/** Images that several sessions answer together: each takes the next ones that nobody has taken. */
export interface SharedBatch {
  /** [count, 3, imageSize, imageSize] */
  readonly images: Float32Array;
  readonly count: number;
  readonly imageSize: number;
  /** [count, classes] */
  readonly answers: Float32Array;
  /** Number of the next image that nobody has taken. */
  readonly next: Int32Array;
}

/** @param images [count, 3, imageSize, imageSize] */
export function sharedBatch(images: Float32Array, count: number, imageSize: number, classes: number): SharedBatch {
  return { images: sharedCopy(images), count, imageSize, answers: sharedFloats(count * classes), next: new Int32Array(new SharedArrayBuffer(4)) };
}

/** Leaves nothing of a batch for others to take. */
export function abandon({ next, count }: SharedBatch): void {
  Atomics.store(next, 0, count);
}

/** A teacher's network, ready to run. */
export class TeacherSession {
  readonly #run: TeacherRun;
  readonly #session: NativeSession;
  readonly #input: Float32Array;

  /** @param threads inside of each operator. @throws InputError `not-a-teacher` */
  constructor(run: TeacherRun, threads: number) {
    this.#run = run;
    this.#session = openNetwork(run.path, threads);
    this.#input = new Float32Array(run.imagesPerRun * 3 * run.resolution ** 2);
  }

  /**
   * Answers the images of a batch that are next.
   * @returns how many; 0 when others have taken all
   * @throws EnvironmentError `teacher-failed`
   */
  answerNext({ images, count, imageSize, answers, next }: SharedBatch): number {
    const { path, classes, imagesPerRun, resolution, given, normalisation } = this.#run;
    const start = Atomics.add(next, 0, imagesPerRun);
    const taken = Math.min(imagesPerRun, count - start);
    if (taken <= 0) return 0;
    const length = 3 * imageSize ** 2;
    this.#input.fill(0);
    this.#input.set(resizeBatch(images.subarray(start * length, (start + taken) * length), taken, imageSize, resolution));
    renormalise(this.#input, resolution ** 2, given, normalisation);
    const rows = this.#answer().subarray(0, taken * classes);
    if (!rows.every(Number.isFinite)) {
      throw new EnvironmentError('teacher-failed', `${path} answers with values that are not finite numbers. Check the mean, the deviation and `
        + 'the resolution that are set for it.');
    }
    answers.set(rows, start * classes);
    return taken;
  }

  dispose(): void {
    this.#session.dispose();
  }

  #answer(): Float32Array {
    const { path, input, output, imagesPerRun, resolution } = this.#run;
    try {
      const images = new Tensor('float32', this.#input, [imagesPerRun, 3, resolution, resolution]);
      return this.#session.run({ [input]: images }, { [output]: null }, {})[output].data as Float32Array;
    } catch (cause) {
      throw new EnvironmentError('teacher-failed', `${path}: ONNX Runtime cannot run this teacher (${ortReason(cause)}).`, { cause });
    }
  }
}

/** @throws InputError `not-a-teacher` */
export function openNetwork(path: string, threads: number): NativeSession {
  try {
    // Waking threads for each of many small operators takes longer than what they do.
    return createSession(path, { threads, spinning: 'in-runs' });
  } catch (cause) {
    throw new InputError('not-a-teacher', `${path}: ONNX Runtime cannot open this network (${ortReason(cause)}).`, { cause });
  }
}

/** What ONNX Runtime says, without the places in its source before it. */
export function ortReason(error: unknown): string {
  return messageOf(error).replace(/^.*\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /s, '').trim();
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
