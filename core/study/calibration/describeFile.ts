import { exportOnnx, inputShape, outputShape } from '../../export/onnx.ts';
import { runFile } from '../../export/verify.ts';
import type { Precision } from '../../graph/onnx/precision.ts';
import type { ManifestModel } from '../../latency/measurements/manifest.ts';
import type { Weights } from '../../model/weights.ts';
import { sha256Of } from '../measuring/modelFiles.ts';
import type { InputFiles } from './inputFiles.ts';

/**
 * Other kernels and other processors add up in another order, and round to 11 or 8 bits where sums that differ in the last digit
 * fall to either side; wrong results are wrong by far more.
 */
const relativeTolerances: Readonly<Record<Precision, number>> = { float32: 1e-3, float16: 0.03, int8: 0.1 };
/** Of a long output, about so many values are kept. */
const keptValues = 1000;

/** A file of a calibration set, and what it was made of. */
export interface MadeFile {
  readonly bytes: Uint8Array;
  readonly weights: Weights;
  readonly ends: { readonly input: string; readonly output: string };
  readonly precision: Precision;
  readonly calibration?: string;
}

/**
 * What a manifest says of a file. The expected output of integers is what the operators say one by one, before a runtime joins them
 * into kernels of its own.
 */
export async function describeFile(
  { bytes, weights, ends, precision, calibration }: MadeFile, model: Pick<ManifestModel, 'name' | 'file' | 'of'>, inputs: InputFiles,
): Promise<ManifestModel> {
  const { blocks } = weights.network;
  const shape = [1, ...inputShape(blocks[0])];
  const input = await inputs.ofShape(shape);
  const feeds = [{ values: input.values, shape }];
  const [values] = runFile(bytes, ends, feeds, model.file, precision === 'int8' ? 'disabled' : undefined);
  const exact = precision === 'float32' ? undefined : exportOnnx(weights, { batch: 1, version: '', metadata: {}, ends });
  const every = Math.max(1, Math.ceil(values.length / keptValues));
  return {
    ...model, sha256: sha256Of(bytes), sizeBytes: bytes.length, precision,
    input: { name: ends.input, shape, file: input.file },
    output: {
      name: ends.output, shape: [1, ...outputShape(blocks[blocks.length - 1])], relativeTolerance: relativeTolerances[precision],
      values: Array.from(values.filter((_, i) => i % every === 0), (value) => Number(value.toPrecision(7))), ...(every > 1 ? { every } : {}),
    },
    ...(exact ? { float32Difference: relativeDifference(values, runFile(exact, ends, feeds, model.file)[0]) } : {}),
    ...(calibration === undefined ? {} : { calibration }),
  };
}

function relativeDifference(values: Float32Array, expected: Float32Array): number {
  let [difference, scale] = [0, 0];
  expected.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - values[i]));
    scale = Math.max(scale, Math.abs(value));
  });
  return Number((scale === 0 ? difference : difference / scale).toPrecision(3));
}
