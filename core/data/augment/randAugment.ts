import type { Random } from '../../base/random.ts';
import { autoContrast, brightness, contrast, equalize, mapValues, saturation, sharpness } from './colour.ts';
import { rotate, shearX, shearY, transform, translateX, translateY } from './geometry.ts';

/** RandAugment's settings; timm writes them as rand-n<operations>-m<magnitude>-mstd<deviation>-inc1. */
export interface RandAugmentSettings {
  /** Operations drawn for each image, each carried out with probability 1/2; 0 for none. */
  readonly operations: number;
  /** Mean strength, of 10. */
  readonly magnitude: number;
  /** Standard deviation of the strength, which stays within 0 and 10. */
  readonly deviation: number;
}

/** Strength and direction of one operation, drawn for one image. */
interface Draw {
  /** 0 to 1: the magnitude over 10. */
  readonly strength: number;
  /** 1 or -1, for operations that go both ways. */
  readonly sign: number;
  /** Colour of what comes from outside the image, as bytes. */
  readonly fill: readonly [number, number, number];
}

type Operation = (image: Uint8ClampedArray, size: number, draw: Draw) => void;

const maxMagnitude = 10;
const probability = 0.5;

/** Factor of an enhancement: 1 leaves the image as it is. */
const enhancement = ({ strength, sign }: Draw) => Math.max(0.1, 1 + sign * 0.9 * strength);

/** The operations of Cubuk et al. (2020) in the versions that change images more the larger the magnitude, as in timm. */
export const randAugmentOperations = {
  AutoContrast: (image) => autoContrast(image),
  Equalize: (image) => equalize(image),
  Invert: (image) => mapValues(image, (byte) => 255 - byte),
  Rotate: (image, size, { strength, sign, fill }) => transform(image, size, rotate(30 * strength * sign, size), fill),
  /** Keeps 4 bits at magnitude 0 and none at 10. */
  Posterize: (image, _, { strength }) => {
    const dropped = 4 + Math.trunc(4 * strength);
    mapValues(image, (byte) => (byte >> dropped) << dropped);
  },
  /** Inverts what is bright: nothing at magnitude 0, everything at 10. */
  Solarize: (image, _, { strength }) => {
    const threshold = 256 - Math.trunc(256 * strength);
    mapValues(image, (byte) => (byte < threshold ? byte : 255 - byte));
  },
  /** Brightens the dark half of the values by up to 110. */
  SolarizeAdd: (image, _, { strength }) => {
    const added = Math.trunc(110 * strength);
    mapValues(image, (byte) => (byte < 128 ? byte + added : byte));
  },
  Color: (image, _, draw) => saturation(image, enhancement(draw)),
  Contrast: (image, _, draw) => contrast(image, enhancement(draw)),
  Brightness: (image, _, draw) => brightness(image, enhancement(draw)),
  Sharpness: (image, size, draw) => sharpness(image, size, enhancement(draw)),
  ShearX: (image, size, { strength, sign, fill }) => transform(image, size, shearX(0.3 * strength * sign), fill),
  ShearY: (image, size, { strength, sign, fill }) => transform(image, size, shearY(0.3 * strength * sign), fill),
  TranslateX: (image, size, { strength, sign, fill }) => transform(image, size, translateX(0.45 * strength * sign * size), fill),
  TranslateY: (image, size, { strength, sign, fill }) => transform(image, size, translateY(0.45 * strength * sign * size), fill),
} satisfies Readonly<Record<string, Operation>>;

const operationList: readonly Operation[] = Object.values(randAugmentOperations);

/**
 * RandAugment on an 8-bit image [3, S, S], in place. Operations are drawn with repetition, their strengths from a normal
 * distribution held within 0 and 10; every operation takes the same draws, carried out or not.
 */
export function applyRandAugment(
  image: Uint8ClampedArray, size: number, settings: RandAugmentSettings, fill: Draw['fill'], random: Random,
): void {
  for (let i = 0; i < settings.operations; i++) {
    const operation = random.choice(operationList);
    const isDone = random.chance(probability);
    const magnitude = settings.magnitude + settings.deviation * random.normal();
    const sign = random.chance(0.5) ? -1 : 1;
    const strength = Math.min(maxMagnitude, Math.max(0, magnitude)) / maxMagnitude;
    if (isDone) operation(image, size, { strength, sign, fill });
  }
}
