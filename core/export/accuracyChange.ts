import type { PreparedImages } from '../data/preparedImages.ts';
import { rightAnswers } from '../model/inference.ts';
import { inputName, outputName } from './onnx.ts';
import { withFile, type Feed } from './verify.ts';

/** What another precision does to the answers of a network, both files run in ONNX Runtime on the same images. */
export interface AccuracyChange {
  readonly images: number;
  /** Share of right answers of the float32 file. */
  readonly float32: number;
  /** Share of right answers of the file that was written. */
  readonly written: number;
  /** Share of images that both give the same answer. */
  readonly agreement: number;
}

interface Answering {
  readonly classes: number;
  readonly resolution: number;
  /** Images per run. */
  readonly batch: number | 'dynamic';
}

interface Files extends Answering {
  readonly float32: Uint8Array;
  readonly written: Uint8Array;
}

/** Images that files of any batch are given at once. */
const usualBatch = 16;

/** @throws as `withFile` */
export function accuracyChange({ float32, written, ...answering }: Files, images: PreparedImages, where: string): AccuracyChange {
  let [before, after, same] = [0, 0, 0];
  withFile(float32, ends, where, (runBefore) => withFile(written, ends, where, (runAfter) => {
    for (const { feed, labels } of feeds(answering, images)) {
      const [mine, theirs] = [runBefore, runAfter].map((run) => run(feed).subarray(0, labels.length * answering.classes));
      before += sum(rightAnswers(mine, labels));
      after += sum(rightAnswers(theirs, labels));
      same += sum(rightAnswers(theirs, answers(mine, answering.classes)));
    }
  }));
  return { images: images.count, float32: before / images.count, written: after / images.count, agreement: same / images.count };
}

/** Share of images that a file answers rightly in ONNX Runtime. @throws as `withFile` */
export function fileAccuracy(file: Uint8Array, answering: Answering, images: PreparedImages, where: string): number {
  let right = 0;
  withFile(file, ends, where, (run) => {
    for (const { feed, labels } of feeds(answering, images)) right += sum(rightAnswers(run(feed).subarray(0, labels.length * answering.classes), labels));
  });
  return right / images.count;
}

const ends = { input: inputName, output: outputName };

/** Images as a file takes them: of a fixed batch, the last one is filled up with zeros. */
function* feeds({ resolution, batch }: Answering, images: PreparedImages): Generator<{ feed: Feed; labels: Int32Array }> {
  const size = batch === 'dynamic' ? usualBatch : batch;
  const values = 3 * resolution ** 2;
  for (let start = 0; start < images.count; start += size) {
    const count = Math.min(size, images.count - start);
    const given = new Float32Array((batch === 'dynamic' ? count : size) * values);
    for (let i = 0; i < count; i++) given.set(images.read(start + i), i * values);
    yield { feed: { values: given, shape: [given.length / values, 3, resolution, resolution] }, labels: images.labels.subarray(start, start + count) };
  }
}

/** The class of the largest logit of each image. */
function answers(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}

const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
