import type { Block, FeatureShape } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { releasedCurves } from './settings.ts';

/** Variance of a linear layer's fresh weights. */
const linearVariance = 0.02 ** 2;

const positions = ({ height, width }: FeatureShape) => height * width;

/**
 * What the released length comes to, without running anything: without norms, and with weights as small as they start,
 * residual branches add next to nothing, so that only the layers between them count (asvit.md 3.5). A random direction of
 * the input has variance 1/N; the stem, uniform within 1/sqrt(fan-in), leaves a third of it; each re-embedding multiplies
 * it by 0.02^2 and the numbers that it sums; the mean over T tokens divides it by T.
 * @param features whose outputs are features
 * @returns undefined where something else lies between the residual branches
 */
export function expectedLength({ resolution, blocks }: Network): number | undefined {
  const tail = blocks.at(-1);
  if (tail?.type !== 'tokenPool' || tail.pool !== 'mean') return undefined;
  let variance = 1 / (3 * resolution ** 2);
  for (const block of blocks.slice(0, -1)) {
    const gain = gainOf(block);
    if (gain === undefined) return undefined;
    variance *= gain;
  }
  return releasedCurves.pointCount * Math.sqrt(variance * tail.output.channels / positions(tail.input));
}

/** What a block multiplies the variance of a small change of its input by. */
function gainOf(block: Block): number | undefined {
  switch (block.type) {
    case 'patchEmbed': return 1 / 3;
    case 'overlappingPatchEmbed': return block.initialisation === 'fanIn' ? 1 / 3 : undefined;
    case 'patchMerging': return linearVariance * block.kernelSize ** 2 * block.input.channels;
    case 'encoderAttention': case 'encoderMlp': return 1;
    default: return undefined;
  }
}
