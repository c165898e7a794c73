import { choicesText } from '../../network/choices.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { stageName } from '../../network/stageName.ts';
import type { BlockRow } from './schema.ts';

const titles: Readonly<Record<Block['type'], string>> = {
  conv: 'convolution', patchEmbed: 'patch embedding', overlappingPatchEmbed: 'overlapping patch embedding', depthwisePool: 'depthwise pooling',
  patchMerging: 'patch merging', mbconv: 'inverted residual (MBConv)', attention: 'self-attention', encoderAttention: 'self-attention',
  relativeAttention: 'self-attention, relative positions', ffn: 'feed-forward (FFN)', encoderMlp: 'MLP', pooledHead: 'head', tokenHead: 'head', tokenPool: 'pooling of tokens',
};

/** A network's blocks as rows: what repeats within a stage, alone or in turns as attention and MLP do, is one row for each type. */
export function blockTable({ blocks }: Network): BlockRow[] {
  const rows: BlockRow[] = [];
  let stageBegin = 0;
  for (const block of blocks) {
    const row = rowOf(block);
    if (rows.length > 0 && rows[rows.length - 1].stage !== row.stage) stageBegin = rows.length;
    const known = rows.findIndex((other, i) => i >= stageBegin && isSame(other, row));
    if (known === -1) rows.push(row);
    else rows[known] = { ...rows[known], repeats: rows[known].repeats + 1 };
  }
  return rows;
}

function rowOf(block: Block): BlockRow {
  const { channels, height, width, extraTokens = 0 } = block.output;
  return {
    stage: stageName(block.name), type: titles[block.type], repeats: 1, channels, height, width, extraTokens,
    heads: 'numHeads' in block ? block.numHeads : null, choices: choicesText(block, ['heads']),
  };
}

const isSame = (a: BlockRow, b: BlockRow) => JSON.stringify({ ...a, repeats: 1 }) === JSON.stringify(b);
