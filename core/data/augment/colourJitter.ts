import type { Random } from '../../base/random.ts';
import { brightness, contrast, saturation } from './colour.ts';

const changes = [brightness, contrast, saturation];

/**
 * Brightness, contrast and saturation of an 8-bit image [3, S, S], in place and in random order, each by a factor
 * uniform in [max(0, 1 - jitter), 1 + jitter], as torchvision's ColorJitter does without hue.
 */
export function jitterColours(image: Uint8ClampedArray, jitter: number, random: Random): void {
  const low = Math.max(0, 1 - jitter);
  for (const change of random.shuffled(changes)) change(image, low + (1 + jitter - low) * random.uniform());
}
