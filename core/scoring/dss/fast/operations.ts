import type { Block, BlockType } from '../../../network/blocks.ts';
import { attention } from './attention.ts';
import { depthwisePool } from './depthwisePool.ts';
import { embed } from './embed.ts';
import type { Operation } from './group.ts';
import { head } from './head.ts';
import { mlp } from './mlp.ts';
import { patchMerging } from './patchMerging.ts';

const operations: { readonly [T in BlockType]?: Operation<Extract<Block, { type: T }>> } = {
  patchEmbed: embed, overlappingPatchEmbed: embed, depthwisePool, patchMerging,
  encoderAttention: attention, relativeAttention: attention, encoderMlp: mlp, tokenHead: head, tokenPool: head,
};

/** @throws RangeError for block types that `reduceTokens` refuses */
export function operationOf(block: Block): Operation<Block> {
  const operation = operations[block.type] as Operation<Block> | undefined;
  if (!operation) throw new RangeError(`Block "${block.name}" cannot run on classes of tokens.`);
  return operation;
}
