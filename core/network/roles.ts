import type { Block } from './blocks.ts';

/** What a block does in a vision transformer, whatever its mathematics. */
export type BlockRole = 'embedding' | 'convolution' | 'attention' | 'mlp' | 'head';

export function blockRole(block: Block): BlockRole {
  switch (block.type) {
    case 'patchEmbed': case 'overlappingPatchEmbed': case 'patchMerging': return 'embedding';
    case 'conv': case 'mbconv': case 'depthwisePool': return 'convolution';
    case 'attention': case 'encoderAttention': case 'relativeAttention': return 'attention';
    case 'ffn': case 'encoderMlp': return 'mlp';
    case 'pooledHead': case 'tokenHead': case 'tokenPool': return 'head';
  }
}
