import { EnvironmentError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { opset } from '../graph/onnx/lower.ts';
import { encodeModel } from '../graph/onnx/model.ts';
import type { Precision } from '../graph/onnx/precision.ts';
import { readModel } from '../graph/onnx/read.ts';
import type { ImageBatch } from '../model/inference.ts';
import type { Weights } from '../model/weights.ts';
import { metadataOf, type Provenance } from './metadata.ts';
import { onnxModel } from './onnx.ts';
import { optimisedModel } from './optimised.ts';
import { inHalfPrecision } from './precision/float16.ts';
import { compareWithEngine, type Agreement } from './verify.ts';

/** Largest accepted difference between a float32 file in ONNX Runtime and the training engine, relative to the logits' scale. */
export const maxRelativeDiff = 1e-4;

/** Precisions that networks can be written in. */
export type WritablePrecision = Exclude<Precision, 'int8'>;

/** The same for every precision. Rounding changes a network that can be used by far less; beyond this it is another one. */
const acceptedDiff: Readonly<Record<WritablePrecision, number>> = { float32: maxRelativeDiff, float16: 0.05 };

export interface ExportNetworkOptions extends Provenance {
  /** With running statistics that fit the network: calibrated, or trained. */
  readonly weights: Weights;
  readonly engine: Engine;
  readonly out: string;
  /** Images per run of the file. */
  readonly batch: number | 'dynamic';
  /** Of weights and calculations; float32 by default. */
  readonly precision?: WritablePrecision;
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
}

/**
 * Writes a network as an ONNX file, after checking on random images (standard normal values, from the seed) that ONNX
 * Runtime and the engine agree about these very bytes.
 * @throws EnvironmentError `export-differs` when they do not, and those of `compareWithEngine`; nothing is written then
 */
export async function exportNetwork(options: ExportNetworkOptions): Promise<ExportReport> {
  const { weights, engine, out, batch, precision = 'float32' } = options;
  const { network } = weights;
  const model = onnxModel(weights, { batch, version: options.version, metadata: metadataOf(network, { ...options, precision }) });
  const bytes = encodeModel(precision === 'float16' ? inHalfPrecision(model) : model);
  const images = randomImages(batchSizes(batch), network.resolution, new Random(options.seed).fork('verification'));
  const { maxAbsDiff, relativeDiff } = compareWithEngine(bytes, weights, engine, images, out);
  if (relativeDiff > acceptedDiff[precision]) {
    throw new EnvironmentError('export-differs', `${out}: in ONNX Runtime the ${precision === 'float32' ? '' : `${precision} `}network differs from the `
      + `${engine.info.id} engine's by ${relativeDiff.toExponential(1)} of its logits' scale, more than ${acceptedDiff[precision]}. Nothing was written; `
      + (precision === 'float32' ? 'please report this.' : 'export it in float32.'));
  }
  const nodes = { written: readModel(bytes).nodes.length, optimised: optimisedModel(bytes).nodes.length };
  await options.writeFile(out, bytes);
  return {
    path: out, precision, sizeBytes: bytes.length, opset, maxAbsDiff, relativeDiff, classes: network.classes, resolution: network.resolution, nodes,
  };
}

/** At least four images in all. */
function batchSizes(batch: number | 'dynamic'): number[] {
  return batch === 'dynamic' ? [1, 3] : Array<number>(Math.ceil(4 / batch)).fill(batch);
}

function randomImages(counts: readonly number[], size: number, random: Random): ImageBatch[] {
  return counts.map((count) => ({ count, size, pixels: Float32Array.from({ length: count * 3 * size * size }, () => random.normal()) }));
}
