import type { Random } from '../base/random.ts';
import type { ScoringBatch } from './proxy.ts';

interface InputShape {
  readonly count: number;
  /** Height and width in pixels. */
  readonly resolution: number;
  readonly classes: number;
}

/** Images whose numbers are all one, with uniformly drawn labels. */
export function ones(shape: InputShape, random: Random): ScoringBatch {
  return filled(shape, random, () => 1);
}

/** Images of standard normal numbers, with uniformly drawn labels. */
export function noise(shape: InputShape, random: Random): ScoringBatch {
  const pixels = random.fork('pixels');
  return filled(shape, random, () => pixels.normal());
}

function filled({ count, resolution: size, classes }: InputShape, random: Random, pixel: () => number): ScoringBatch {
  const labels = random.fork('labels');
  return {
    count, size, pixels: Float32Array.from({ length: count * 3 * size * size }, pixel),
    labels: Int32Array.from({ length: count }, () => labels.integer(classes)),
  };
}
