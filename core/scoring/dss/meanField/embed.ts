import type { OverlappingPatchEmbedBlock, PatchEmbedBlock } from '../../../network/blocks.ts';
import type { ExpectedOperation } from './flow.ts';
import { expectedNorm } from './norm.ts';
import type { Products } from './products.ts';

/** An image of ones: every token sums the weights of those places of the kernel that are on the image. */
export const embed: ExpectedOperation<PatchEmbedBlock | OverlappingPatchEmbedBlock> = ({ moments, output, taps }, block) => {
  const { channels } = block.output;
  const { counts, front } = output;
  const size = counts.length;
  const [weight, bias] = [moments['embed.weight'], moments['embed.bias']];
  const places = block.type === 'patchEmbed' ? [new Int32Array(block.patchSize ** 2)] : taps!;
  let means: Products = new Float64Array(size);
  let products: Products = new Float64Array(size * size);
  places.forEach((own, i) => places.forEach((other, j) => {
    const both = own.reduce((count, place, tap) => count + Number(place >= 0 && other[tap] >= 0), 0);
    products[(front + i) * size + front + j] = channels * (3 * both * weight.variance + bias.variance);
    if (i === j) means[front + i] = 3 * both * weight.mean + bias.mean;
  }));
  if (block.type === 'overlappingPatchEmbed' && block.normEpsilon !== undefined && !block.withoutNorm) {
    ({ products } = expectedNorm({ channels, means, products }, { normEpsilon: block.normEpsilon }));
    means = means.fill(0);
  }
  for (let i = 0; i < size; i++) {
    const { mean, variance } = positionOf(i);
    means[i] += mean;
    products[i * size + i] += channels * variance;
  }
  return { tokens: { channels, means, products }, backward: () => undefined };

  /** Besides positions, the class token itself. The overlapping embedding's has no position. */
  function positionOf(number: number): { mean: number; variance: number } {
    const isFront = number < front;
    const parts = [
      ...(isFront ? [moments.classToken] : []),
      ...(block.positions && !(isFront && block.type === 'overlappingPatchEmbed') ? [moments.position] : []),
    ];
    return { mean: parts.reduce((sum, { mean }) => sum + mean, 0), variance: parts.reduce((sum, { variance }) => sum + variance / counts[number], 0) };
  }
};
