import { blockParameters } from '../../../network/blockGraph.ts';
import type { Block } from '../../../network/blocks.ts';

/** Equal for blocks of the same name that have the same share of a supernet's weights. */
export function shapeKey(block: Block): string {
  const { input, output } = block;
  switch (block.type) {
    case 'encoderAttention': case 'relativeAttention': return `${input.channels} ${block.numHeads} ${block.headDim}`;
    case 'encoderMlp': return `${input.channels} ${block.hiddenChannels}`;
    case 'patchEmbed': return `${input.channels} ${block.patchSize} ${block.classToken} ${block.positions} ${output.channels} ${output.height} ${output.width}`;
    case 'tokenHead': return `${input.channels} ${block.norm} ${block.features} ${output.channels}`;
    default: return blockParameters(block).map(({ shape }) => shape.join('x')).join(' ');
  }
}
