import { EnvironmentError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { PreparedImages } from '../data/preparedImages.ts';
import type { Engine } from '../engine/engine.ts';
import { opset } from '../graph/onnx/lower.ts';
import { encodeModel } from '../graph/onnx/model.ts';
import type { Precision } from '../graph/onnx/precision.ts';
import { readModel } from '../graph/onnx/read.ts';
import type { ImageBatch } from '../model/inference.ts';
import type { Weights } from '../model/weights.ts';
import { accuracyChange, fileAccuracy, type AccuracyChange } from './accuracyChange.ts';
import { metadataOf, type Provenance } from './metadata.ts';
import { onnxModel } from './onnx.ts';
import { optimisedModel } from './optimised.ts';
import { standInCalibration, type Calibration, type CalibrationFacts } from './precision/calibration.ts';
import { modelInPrecision } from './precision/inPrecision.ts';
import { compareWithEngine, type Agreement } from './verify.ts';

/** Largest accepted difference between a float32 file in ONNX Runtime and the training engine, relative to the logits' scale. */
export const maxRelativeDiff = 1e-4;

/** The same for every precision. Rounding changes a network that can be used by far less; beyond this it is another one. */
export const acceptedDiff: Readonly<Record<Precision, number>> = { float32: maxRelativeDiff, float16: 0.05, int8: 1 };

export interface ExportNetworkOptions extends Provenance {
  /** With running statistics that fit the network: calibrated, or trained. */
  readonly weights: Weights;
  readonly engine: Engine;
  readonly out: string;
  /** Images per run of the file. */
  readonly batch: number | 'dynamic';
  /** Of weights and calculations; float32 by default. */
  readonly precision?: Precision;
  /** For int8: where ranges of activations come from; random numbers where it is missing. */
  readonly calibration?: Calibration;
  /** Images on which the file's accuracy is measured and, of another precision than float32, compared with that of float32. */
  readonly validation?: PreparedImages;
  /** Writes the file as a whole or not at all. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
}

export interface ExportReport extends Agreement {
  readonly path: string;
  readonly precision: Precision;
  readonly sizeBytes: number;
  readonly opset: number;
  readonly classes: number;
  readonly resolution: number;
  readonly nodes: {
    readonly written: number;
    /** After ONNX Runtime's optimiser at its default level, on this machine. */
    readonly optimised: number;
  };
  /** Of int8: how activations were given their ranges. */
  readonly calibration?: CalibrationFacts;
  /** Of other precisions than float32, where images with classes were given. */
  readonly accuracy?: AccuracyChange;
  /** Of the file itself in ONNX Runtime, where images with classes were given. */
  readonly validated?: { readonly images: number; readonly accuracy: number };
}

/**
 * Writes a network as an ONNX file, after checking that ONNX Runtime and the engine agree about these very bytes: on random
 * images (standard normal values, from the seed), or on calibration images, whose values alone 8 bits are made for.
 * @throws EnvironmentError `export-differs` when they do not, and those of `modelInPrecision` and `compareWithEngine`; nothing is
 * written then
 */
export async function exportNetwork(options: ExportNetworkOptions): Promise<ExportReport> {
  const { weights, engine, out, batch, precision = 'float32', validation, version } = options;
  const { network } = weights;
  const { classes, resolution } = network;
  const calibration = precision === 'int8' ? options.calibration ?? standInCalibration(3 * resolution ** 2, options.seed) : undefined;
  const facts = calibration && { images: calibration.count, source: calibration.source, ranges: calibration.ranges };
  const metadata = metadataOf(network, { ...options, precision, calibration: facts });
  const bytes = encodeModel(modelInPrecision(weights, { batch, version, metadata }, precision, calibration));
  const images = calibration ? calibrationBatches(batchSizes(batch), resolution, calibration)
    : randomImages(batchSizes(batch), resolution, new Random(options.seed).fork('verification'));
  const { maxAbsDiff, relativeDiff } = compareWithEngine(bytes, weights, engine, images, out);
  if (relativeDiff > acceptedDiff[precision]) {
    throw new EnvironmentError('export-differs', `${out}: in ONNX Runtime the ${precision === 'float32' ? '' : `${precision} `}network differs from the `
      + `${engine.info.id} engine's by ${relativeDiff.toExponential(1)} of its logits' scale, more than ${acceptedDiff[precision]}. Nothing was written; `
      + (precision === 'float32' ? 'please report this.' : 'export it in float32.'));
  }
  const accuracy = precision === 'float32' || validation === undefined ? undefined : accuracyChange(
    { float32: encodeModel(onnxModel(weights, { batch, version, metadata })), written: bytes, classes, resolution, batch }, validation, out);
  const validated = validation && { images: validation.count, accuracy: accuracy?.written ?? fileAccuracy(bytes, { classes, resolution, batch }, validation, out) };
  const nodes = { written: readModel(bytes).nodes.length, optimised: optimisedModel(bytes).nodes.length };
  await options.writeFile(out, bytes);
  return {
    path: out, precision, sizeBytes: bytes.length, opset, maxAbsDiff, relativeDiff, classes, resolution, nodes,
    ...(facts ? { calibration: facts } : {}), ...(accuracy ? { accuracy } : {}), ...(validated ? { validated } : {}),
  };
}

/** At least four images in all. */
function batchSizes(batch: number | 'dynamic'): number[] {
  return batch === 'dynamic' ? [1, 3] : Array<number>(Math.ceil(4 / batch)).fill(batch);
}

function randomImages(counts: readonly number[], size: number, random: Random): ImageBatch[] {
  return counts.map((count) => ({ count, size, pixels: Float32Array.from({ length: count * 3 * size * size }, () => random.normal()) }));
}

function calibrationBatches(counts: readonly number[], size: number, { count, read }: Calibration): ImageBatch[] {
  let next = 0;
  return counts.map((images) => {
    const pixels = new Float32Array(images * 3 * size * size);
    for (let i = 0; i < images; i++) pixels.set(read(next++ % count), i * 3 * size * size);
    return { count: images, size, pixels };
  });
}
