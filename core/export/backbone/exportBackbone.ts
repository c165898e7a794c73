import { EnvironmentError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { opset } from '../../graph/onnx/lower.ts';
import { encodeModel } from '../../graph/onnx/model.ts';
import { readModel } from '../../graph/onnx/read.ts';
import { fitWeights } from '../../model/fitWeights.ts';
import type { Weights } from '../../model/weights.ts';
import { backboneOf, type Backbone } from '../../network/backbone.ts';
import { tokensOf } from '../../network/blocks.ts';
import type { ImageSize } from '../../network/imageSize.ts';
import { acceptedDiff } from '../exportNetwork.ts';
import type { Provenance } from '../metadata.ts';
import { inputName } from '../onnx.ts';
import { inHalfPrecision } from '../precision/float16.ts';
import { agreement, withFileOutputs, type Agreement } from '../verify.ts';
import { backboneModel } from './backboneModel.ts';
import { backboneDescription, backboneFacts, backboneMetadata, type BackboneFacts } from './description.ts';
import { featureMaps, type Images } from './featureMaps.ts';

export interface ExportBackboneOptions extends Provenance {
  /** Of the whole classifier, with running statistics that fit it. Positions are resampled for the image size. */
  readonly weights: Weights;
  /** The classifier's own size where it is missing. */
  readonly imageSize?: ImageSize;
  /** Names of the maps wanted, as in `backboneOf`. */
  readonly levels?: readonly string[];
  readonly engine: Engine;
  readonly out: string;
  readonly batch: number | 'dynamic';
  readonly precision?: BackbonePrecision;
  /** Writes a file as a whole or not at all. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
}

/** Integers would need ranges of a detector's images at its size. */
export type BackbonePrecision = 'float32' | 'float16';

export interface BackboneReport extends BackboneFacts {
  readonly path: string;
  /** The file beside it that says the same as this report to programs. */
  readonly descriptionPath: string;
  readonly precision: BackbonePrecision;
  readonly sizeBytes: number;
  readonly opset: number;
  readonly nodes: number;
  /** The image size at which ONNX Runtime was compared with the engine, and the worst map's differences there. */
  readonly checked: ImageSize & Agreement;
}

/** With larger attention maps the comparison is made at the classifier's own size, by a file that differs in nothing but sizes. */
const mostScoreBytes = 2 ** 29;
/** Larger images are compared one by one. */
const mostPixelsForBatches = 512 ** 2;

/**
 * Writes the backbone of a classifier as an ONNX file with the maps of its stages, and a JSON file beside it that describes them,
 * after checking in ONNX Runtime that the maps are those of the engine on random images (standard normal values, from the seed).
 * @throws InputError as `backboneOf`; EnvironmentError `export-differs`, and those of `withFileOutputs` and `inHalfPrecision`. Nothing is
 * written then
 */
export async function exportBackbone(options: ExportBackboneOptions): Promise<BackboneReport> {
  const { weights: { network }, out, engine, precision = 'float32', writeFile } = options;
  const own = { height: network.resolution, width: network.resolution };
  const backbone = backboneOf(network, options.imageSize ?? own, options.levels);
  const bytes = fileOf(backbone, options);
  const isHuge = largestScoreBytes(backbone) > mostScoreBytes;
  const checkedBackbone = isHuge ? backboneOf(network, own, options.levels) : backbone;
  const checked = compareMaps(isHuge ? fileOf(checkedBackbone, options) : bytes, checkedBackbone, options);
  if (checked.relativeDiff > acceptedDiff[precision]) {
    throw new EnvironmentError('export-differs', `${out}: in ONNX Runtime the ${precision} backbone differs from the ${engine.info.id} engine's by `
      + `${checked.relativeDiff.toExponential(1)} of its maps' scale, more than ${acceptedDiff[precision]}. Nothing was written; please report this.`);
  }
  const descriptionPath = `${out.replace(/\.onnx$/i, '')}.json`;
  await writeFile(out, bytes);
  const description = { ...backboneDescription(backbone, { ...options, precision, classifierResolution: network.resolution }, fileName(out)), opset, checked };
  await writeFile(descriptionPath, new TextEncoder().encode(`${JSON.stringify(description, undefined, 2)}\n`));
  return { path: out, descriptionPath, precision, sizeBytes: bytes.length, opset, nodes: readModel(bytes).nodes.length, ...backboneFacts(backbone), checked };
}

/** The classifier's weights as the backbone needs them at its size. */
function fittedWeights({ network }: Backbone, weights: Weights): Weights {
  // Nothing is drawn, because what would be, the classifier, is not there.
  return fitWeights(network, weights.toTensors(), { random: new Random(0) }).weights;
}

function fileOf(backbone: Backbone, options: ExportBackboneOptions): Uint8Array {
  const { weights, batch, version, precision = 'float32' } = options;
  const metadata = backboneMetadata(backbone, { ...options, precision, classifierResolution: weights.network.resolution });
  const model = backboneModel(backbone, fittedWeights(backbone, weights), { batch, version, metadata });
  return encodeModel(precision === 'float16' ? inHalfPrecision(model) : model);
}

function compareMaps(bytes: Uint8Array, backbone: Backbone, { weights, batch, engine, seed, out }: ExportBackboneOptions): ImageSize & Agreement {
  const { imageSize: { height, width }, levels } = backbone;
  const fitted = fittedWeights(backbone, weights);
  const random = new Random(seed).fork('verification');
  const counts = batch !== 'dynamic' ? [batch] : height * width > mostPixelsForBatches ? [1] : [1, 2];
  const differences = withFileOutputs(bytes, { input: inputName, outputs: levels.map(({ name }) => name) }, out, (run) => counts.flatMap((count) => {
    const images: Images = { count, height, width, pixels: Float32Array.from({ length: count * 3 * height * width }, () => random.normal()) };
    const expected = featureMaps(engine, backbone, fitted, images);
    if (!expected.every((values) => values.every(Number.isFinite))) {
      throw new EnvironmentError('export-not-finite', `${out}: on random images the backbone's maps are not finite numbers, so its weights or its batch norms `
        + 'are broken. Nothing was written.');
    }
    const actual = run({ values: images.pixels, shape: [count, 3, height, width] });
    return expected.map((values, i) => agreement([values], [actual[i]]));
  }));
  const worst = (key: keyof Agreement) => Math.max(...differences.map((one) => one[key]));
  return { height, width, maxAbsDiff: worst('maxAbsDiff'), relativeDiff: worst('relativeDiff') };
}

/** Of all heads' attention maps in the block that has most, for one image. */
function largestScoreBytes({ network }: Backbone): number {
  return Math.max(0, ...network.blocks.map((block) => {
    const tokens = tokensOf(block.input);
    switch (block.type) {
      case 'attention': case 'relativeAttention': return 4 * block.numHeads * tokens ** 2;
      case 'encoderAttention': return 4 * block.numHeads * tokens ** 2 / (block.splits ?? 1) ** 2;
      default: return 0;
    }
  }));
}

const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
