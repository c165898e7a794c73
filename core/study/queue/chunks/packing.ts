import { imageBytes, splitInMemory, type ImageSplit } from '../../../data/imageSet.ts';
import { layoutOf, Weights } from '../../../model/weights.ts';
import type { Network } from '../../../network/network.ts';
import type { EvaluationImages } from '../../../training/supernet/evaluationImages.ts';
import type { ScoringImages } from '../../scoring/scoringInputs.ts';

/* What travels beside chunks, as bytes: numbers as they lie in memory (little-endian everywhere that Node runs on). */

type Numbers = Float32Array | Int32Array | Uint8Array;

/** Trainable numbers, then running statistics. */
export const packWeights = ({ trainable, statistics }: Pick<Weights, 'trainable' | 'statistics'>) => joined([trainable, statistics]);

/** @throws RangeError when the bytes are those of another network */
export function unpackWeights(network: Network, bytes: Uint8Array): Weights {
  const { trainableLength, statisticsLength } = layoutOf(network);
  const numbers = new Float32Array(expected(bytes, 4 * (trainableLength + statisticsLength)));
  return new Weights(network, numbers.subarray(0, trainableLength), numbers.subarray(trainableLength));
}

/** Labels, then pixels. */
export const packScoringImages = ({ labels, pixels }: ScoringImages) => joined([labels, pixels]);

export function unpackScoringImages({ count, size, classes }: { readonly count: number; readonly size: number; readonly classes: number }, bytes: Uint8Array): ScoringImages {
  const buffer = expected(bytes, 4 * count * (1 + imageBytes(size)));
  return { labels: new Int32Array(buffer, 0, count), pixels: new Float32Array(buffer, 4 * count), size, classes };
}

/** Labels of validation images, then 8-bit pixels of all images. @param validation how many of them are looked at */
export function packEvaluationImages({ imageSize, calibration, validation: all }: EvaluationImages, validation: number): Uint8Array {
  const bytes = imageBytes(imageSize);
  const pixels = new Uint8Array((calibration.count + validation) * bytes);
  const readAll = (split: ImageSplit, count: number, from: number) => {
    for (let i = 0; i < count; i++) split.read(i, pixels, (from + i) * bytes);
  };
  readAll(calibration, calibration.count, 0);
  readAll(all, validation, calibration.count);
  return joined([all.labels.slice(0, validation), pixels]);
}

/** Nobody looks at the classes of images that calibrate: theirs are 0. */
export function unpackEvaluationImages(
  { imageSize, calibration, validation }: { readonly imageSize: number; readonly calibration: number; readonly validation: number }, bytes: Uint8Array,
): EvaluationImages {
  const buffer = expected(bytes, 4 * validation + (calibration + validation) * imageBytes(imageSize));
  const [labels, pixels] = [new Int32Array(buffer, 0, validation), new Uint8Array(buffer, 4 * validation)];
  const end = calibration * imageBytes(imageSize);
  return {
    imageSize, calibration: splitInMemory(pixels.subarray(0, end), new Int32Array(calibration), imageSize),
    validation: splitInMemory(pixels.subarray(end), labels, imageSize),
  };
}

function joined(parts: readonly Numbers[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    whole.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return whole;
}

/** A copy that begins where numbers may begin. */
function expected(bytes: Uint8Array, length: number): ArrayBuffer {
  if (bytes.length !== length) throw new RangeError(`Expected ${length} bytes of numbers, got ${bytes.length}.`);
  return Uint8Array.from(bytes).buffer;
}
