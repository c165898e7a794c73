import type { Random } from '../../base/random.ts';

/** Of the image's area; of height over width (log-uniform), and its inverse. Zhong et al. (2020), as timm has them. */
const minArea = 0.02;
const maxArea = 1 / 3;
const minAspect = 0.3;
const maxAttempts = 10;

/**
 * Random erasing of a normalised image [3, S, S], in place: with the given probability, a random box becomes normal
 * noise of deviation 1, drawn for every value by itself. A box that does not fit is drawn again, ten times at most.
 */
export function eraseRandomBox(image: Float32Array, size: number, probability: number, random: Random): void {
  if (!random.chance(probability)) return;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const area = (minArea + (maxArea - minArea) * random.uniform()) * size * size;
    const aspect = Math.exp((2 * random.uniform() - 1) * Math.log(1 / minAspect));
    const height = Math.round(Math.sqrt(area * aspect));
    const width = Math.round(Math.sqrt(area / aspect));
    if (height >= size || width >= size) continue;
    const top = random.integer(size - height + 1);
    const left = random.integer(size - width + 1);
    for (let channel = 0; channel < 3; channel++) {
      for (let y = top; y < top + height; y++) {
        const row = (channel * size + y) * size;
        for (let x = left; x < left + width; x++) image[row + x] = random.normal();
      }
    }
    return;
  }
}
