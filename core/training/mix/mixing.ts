import { symmetricBeta } from '../../base/beta.ts';
import type { Random } from '../../base/random.ts';
import type { MixSettings } from './settings.ts';

/** Part of a square image, in pixels; the ends are not part of it. */
export interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** How the images of one batch are mixed: each with the one that has its place when counted from the end. */
export interface Mixing {
  /** Share that each image keeps of itself; 1 leaves the batch as it is. */
  readonly lambda: number;
  /** With CutMix the part that comes from the other image; with mixup all pixels are blended. */
  readonly box?: Box;
}

const unmixed: Mixing = { lambda: 1 };

/**
 * Draws a batch's mixing: mixup (Zhang et al. 2018) or CutMix (Yun et al. 2019), one for the whole batch as in timm.
 * @param imageSize side of the images in pixels
 */
export function drawMixing({ mixup, cutmix, probability, switchProbability }: MixSettings, imageSize: number, random: Random): Mixing {
  if (mixup === 0 && cutmix === 0) return unmixed;
  if (!random.chance(probability)) return unmixed;
  const cuts = cutmix > 0 && (mixup === 0 || random.chance(switchProbability));
  const lambda = symmetricBeta(random, cuts ? cutmix : mixup);
  return cuts ? cutOut(lambda, imageSize, random) : { lambda };
}

/**
 * A square of the share 1 - lambda of the area around a pixel drawn evenly, cut off at the edges; lambda is then what the
 * square really leaves.
 */
function cutOut(lambda: number, size: number, random: Random): Mixing {
  const half = Math.floor(Math.floor(size * Math.sqrt(1 - lambda)) / 2);
  const within = (edge: number) => Math.min(Math.max(edge, 0), size);
  const [y, x] = [random.integer(size), random.integer(size)];
  const box = { top: within(y - half), bottom: within(y + half), left: within(x - half), right: within(x + half) };
  return { lambda: 1 - (box.bottom - box.top) * (box.right - box.left) / size ** 2, box };
}
