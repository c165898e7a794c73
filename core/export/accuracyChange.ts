import type { PreparedImages } from '../data/preparedImages.ts';
import { rightAnswers } from '../model/inference.ts';
import { inputName, outputName } from './onnx.ts';
import { withFile } from './verify.ts';

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

interface Files {
  readonly float32: Uint8Array;
  readonly written: Uint8Array;
  readonly classes: number;
  readonly resolution: number;
  /** Images per run. */
  readonly batch: number | 'dynamic';
}

/** Images that files of any batch are given at once. */
const usualBatch = 16;

/** @throws as `withFile` */
export function accuracyChange({ float32, written, classes, resolution, batch }: Files, images: PreparedImages, where: string): AccuracyChange {
  const ends = { input: inputName, output: outputName };
  const size = batch === 'dynamic' ? usualBatch : batch;
  let [before, after, same] = [0, 0, 0];
  withFile(float32, ends, where, (runBefore) => withFile(written, ends, where, (runAfter) => {
    for (let start = 0; start < images.count; start += size) {
      const count = Math.min(size, images.count - start);
      const values = new Float32Array((batch === 'dynamic' ? count : size) * 3 * resolution ** 2);
      for (let i = 0; i < count; i++) values.set(images.read(start + i), i * 3 * resolution ** 2);
      const shape = [values.length / (3 * resolution ** 2), 3, resolution, resolution];
      const [mine, theirs] = [runBefore, runAfter].map((run) => run({ values, shape }).subarray(0, count * classes));
      const labels = images.labels.subarray(start, start + count);
      before += sum(rightAnswers(mine, labels));
      after += sum(rightAnswers(theirs, labels));
      same += sum(rightAnswers(theirs, answers(mine, classes)));
    }
  }));
  return { images: images.count, float32: before / images.count, written: after / images.count, agreement: same / images.count };
}

/** The class of the largest logit of each image. */
function answers(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}

const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
