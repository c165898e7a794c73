import { tokensOf, type Block } from './blocks.ts';

/**
 * How many positions of its input one position of a block's output depends on, away from borders: kernels and patches read
 * their area, attention reads the tokens of its window, layers that treat each position by itself read one.
 */
export function positionsRead(block: Block): number {
  switch (block.type) {
    case 'conv': case 'mbconv': case 'depthwisePool': case 'overlappingPatchEmbed': case 'patchMerging':
      return block.kernelSize ** 2;
    case 'patchEmbed':
      return block.patchSize ** 2;
    case 'attention': case 'relativeAttention':
      return tokensOf(block.input);
    case 'encoderAttention':
      return tokensOf(block.input) / (block.splits ?? 1) ** 2;
    case 'ffn': case 'encoderMlp':
      return 1;
    case 'pooledHead': case 'tokenHead': case 'tokenPool':
      return tokensOf(block.input);
  }
}
