import { Random } from '../base/random.ts';
import { sampleImages } from '../data/imageSample.ts';
import type { ImageSet } from '../data/imageSet.ts';
import { measureNormalisation, type Normalisation } from '../data/normalisation.ts';
import { preparedImages, type PreparedImages } from '../data/preparedImages.ts';
import { defaultCalibrationImages, type Calibration } from '../export/precision/calibration.ts';
import { defaultRanges } from '../export/precision/clipping.ts';
import type { Quantisation } from './quantisationLimits.ts';

export interface QuantisationOptions extends Quantisation {
  /** Validation images that the accuracy of a file is compared on, at most. Both files answer the same ones, so that few tell much. */
  readonly comparedImages?: number;
}

/**
 * Training images for an int8 file's ranges, and validation images for what a precision costs. The set must stay open.
 * @param of whose images they are, for people: "the study pets"
 */
export function imagesOfStudy(
  { train, val, imageSize }: ImageSet, { of, seed, normalisation, resolution }: { of: string; seed: number; normalisation: Normalisation; resolution: number },
  { images = defaultCalibrationImages, ranges = defaultRanges, comparedImages = 2000 }: QuantisationOptions = {},
): { calibration: Calibration; validation: PreparedImages } {
  const format = { imageSize, normalisation, resolution };
  const chosen = preparedImages(train, { ...format, count: images, seed: `${seed}/quantisation` });
  return {
    calibration: { ...chosen, ranges, source: `${chosen.count} training images of ${of}` },
    validation: preparedImages(val, { ...format, count: comparedImages, seed: `${seed}/quantisation` }),
  };
}

/**
 * Images of a folder for an int8 file's ranges, drawn by the seed and normalised by their own mean and deviation.
 * @throws InputError and CancelledError as sampleImages
 */
export async function imagesOfFolder(
  folder: string, { resolution, seed, signal }: { resolution: number; seed: number; signal?: AbortSignal },
  { images = defaultCalibrationImages, ranges = defaultRanges }: QuantisationOptions = {},
): Promise<Calibration> {
  const { split } = await sampleImages(folder, { count: images, imageSize: resolution, random: new Random(`${seed}/quantisation`), signal });
  const chosen = preparedImages(split, { imageSize: resolution, normalisation: measureNormalisation(split, resolution), resolution, seed });
  return { ...chosen, ranges, source: `${chosen.count} images of a folder, normalised by their own mean and deviation` };
}

/** Such images in the size of each network; networks of a size share them. */
export function imagesBySize(
  folder: string, { seed, signal }: { seed: number; signal?: AbortSignal }, options: QuantisationOptions = {},
): (resolution: number) => Promise<Calibration> {
  const known = new Map<number, Promise<Calibration>>();
  return (resolution) => {
    const found = known.get(resolution) ?? imagesOfFolder(folder, { resolution, seed, signal }, options);
    known.set(resolution, found);
    return found;
  };
}
