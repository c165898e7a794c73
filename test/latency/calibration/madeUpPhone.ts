import { termsOf } from '../../../core/latency/features.ts';
import type { Block } from '../../../core/network/blocks.ts';

/** A phone whose every block costs exactly this, in ms; far from the typical proportions on purpose. */
export function exactMs(block: Block): number {
  const { constant, matmulMacs, depthwiseMacs, weightBytes, readWriteBytes, softmaxElements } = termsOf(block);
  return 0.03 * constant + 0.05 * matmulMacs + 0.1 * depthwiseMacs + 0.2 * weightBytes + 0.06 * readWriteBytes + 5 * softmaxElements;
}

export const exactSumMs = (blocks: readonly Block[]): number => blocks.reduce((sum, block) => sum + exactMs(block), 0);
