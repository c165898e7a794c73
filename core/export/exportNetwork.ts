import { EnvironmentError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { opset } from '../graph/onnx/lower.ts';
import { logits, type ImageBatch } from '../model/inference.ts';
import type { Weights } from '../model/weights.ts';
import { networkParams } from '../network/blockGraph.ts';
import { networkMacs } from '../network/counts.ts';
import { exportOnnx } from './onnx.ts';
import { runOnnx } from './verify.ts';

/** Largest accepted difference between the file in ONNX Runtime and the training engine, relative to the logits' scale. */
export const maxRelativeDiff = 1e-4;

export interface ExportNetworkOptions {
  /** With running statistics that fit the network: calibrated, or trained. */
  readonly weights: Weights;
  readonly engine: Engine;
  readonly out: string;
  readonly batch: number | 'dynamic';
  /** Of the random images that the file is checked with. */
  readonly seed: number;
  readonly version: string;
  /** The architecture in its space's JSON form. */
  readonly architecture: unknown;
  readonly classNames?: readonly string[];
  /** The network's input is (value / 255 - mean) / std, per channel. */
  readonly normalisation?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly study?: string;
  /** Writes the file as a whole or not at all. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
}

export interface ExportReport {
  readonly path: string;
  readonly sizeBytes: number;
  readonly opset: number;
  /** Largest difference of a logit between the file in ONNX Runtime and the engine. */
  readonly maxAbsDiff: number;
  /** The same relative to the largest logit. */
  readonly relativeDiff: number;
  readonly classes: number;
  readonly resolution: number;
}

/**
 * Writes a network as an ONNX file, after checking on random images that ONNX Runtime and the engine agree about it.
 * @throws EnvironmentError `export-differs` when they do not; nothing is written then
 */
export async function exportNetwork(options: ExportNetworkOptions): Promise<ExportReport> {
  const { weights, engine, out, batch } = options;
  const { network } = weights;
  const bytes = exportOnnx(weights, { batch, version: options.version, metadata: metadataOf(options) });

  let maxAbsDiff = 0;
  let scale = 0;
  for (const images of randomImages(batch === 'dynamic' ? [1, 3] : [batch], network.resolution, new Random(options.seed))) {
    const expected = logits(engine, weights, images);
    const actual = runOnnx(bytes, images);
    for (let i = 0; i < expected.length; i++) {
      maxAbsDiff = Math.max(maxAbsDiff, Math.abs(expected[i] - actual[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
  }
  const relativeDiff = scale === 0 ? maxAbsDiff : maxAbsDiff / scale;
  // Written so that a difference that is not a number is refused as well.
  if (!(relativeDiff <= maxRelativeDiff)) {
    throw new EnvironmentError('export-differs', `${out}: the exported network differs from the trained one by ${relativeDiff.toExponential(1)} of its logits' scale, `
      + `more than ${maxRelativeDiff}. Nothing was written; please report this.`);
  }
  await options.writeFile(out, bytes);
  return { path: out, sizeBytes: bytes.length, opset, maxAbsDiff, relativeDiff, classes: network.classes, resolution: network.resolution };
}

function metadataOf(options: ExportNetworkOptions): Record<string, string> {
  const { weights: { network }, architecture, classNames, normalisation, study } = options;
  const values: Record<string, unknown> = {
    space: network.space, architecture, resolution: network.resolution, classes: classNames ?? network.classes,
    normalisation, study, macs: networkMacs(network), params: networkParams(network), input: 'images [batch, 3, height, width], RGB',
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)
    .map(([key, value]) => [`pocketformer.${key}`, typeof value === 'string' ? value : JSON.stringify(value)]));
}

function randomImages(counts: readonly number[], size: number, random: Random): ImageBatch[] {
  return counts.map((count) => ({ count, size, pixels: Float32Array.from({ length: count * 3 * size * size }, () => random.normal()) }));
}
