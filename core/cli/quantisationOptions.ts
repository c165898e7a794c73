import { InputError } from '../base/errors.ts';
import { defaultCalibrationImages, type Calibration, type CalibrationFacts } from '../export/precision/calibration.ts';
import { defaultRanges, rangeMethods } from '../export/precision/clipping.ts';
import { precisions, type Precision } from '../graph/onnx/precision.ts';
import { mostCalibrationImages } from '../study/quantisationLimits.ts';
import { oneOfChoices, optional, text, wholeNumber } from './options.ts';
import type { ValuesOf } from './options.ts';

export const precisionKind = oneOfChoices('PRECISION', precisions);

/** For int8 files: what activations get their ranges from. */
export const quantisationOptions = {
  images: optional(text('DIR', 'a folder of images, or of a folder of images for each class'),
    'For int8: images that activations get their ranges from, drawn by the seed (default: random numbers, good for latency only)'),
  calibrationImages: optional(wholeNumber('N', 1, mostCalibrationImages), `For int8: how many images at most (default ${defaultCalibrationImages})`),
  ranges: optional(oneOfChoices('METHOD', rangeMethods),
    `For int8: min-max takes every value, percentile leaves out the outermost 0.01 %, mse makes the squared error smallest (default ${defaultRanges})`),
};
export type QuantisationValues = ValuesOf<typeof quantisationOptions>;

/**
 * @param hasImages whether there are images without `--images`
 * @throws InputError `usage` for options that would have no effect
 */
export function requireInt8(
  command: string, { images, calibrationImages, ranges }: QuantisationValues, wanted: readonly Precision[], hasImages = false,
): void {
  const given = Object.entries({ '--images': images, '--calibration-images': calibrationImages, '--ranges': ranges }).find(([, value]) => value !== undefined);
  if (given === undefined) return;
  if (!wanted.includes('int8')) throw new InputError('usage', `${command}: ${given[0]} goes with --precision int8.`);
  if (images === undefined && !hasImages) throw new InputError('usage', `${command}: ${given[0]} goes with --images; random numbers always give their whole range.`);
}

/** Images of a folder. @throws as imagesOfFolder */
export async function namedCalibration(
  folder: string, { calibrationImages, ranges }: QuantisationValues, at: { resolution: number; seed: number; signal?: AbortSignal },
): Promise<Calibration> {
  const { imagesOfFolder } = await import('../study/quantisationImages.ts');
  return imagesOfFolder(folder, at, { images: calibrationImages, ranges });
}

export const calibrationText = ({ source, ranges }: CalibrationFacts) => `Ranges of activations (${ranges}) are those on ${source}.`;
