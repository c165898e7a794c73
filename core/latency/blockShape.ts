import { tokensOf, type Block } from '../network/blocks.ts';

/** Everything about a block that a latency may depend on, as one string; cheap, because search asks for it often. */
export function shapeOf(block: Block): string {
  const { input, output } = block;
  const shape = `${input.channels},${input.height},${input.width},${output.channels},${output.height},${output.width}`;
  switch (block.type) {
    case 'conv':
      return `c${shape},${block.kernelSize},${block.stride},${block.activation}`;
    case 'mbconv':
      return `${block.role}${shape},${block.kernelSize},${block.stride},${block.hiddenChannels},` +
        `${block.squeezeChannels},${block.shortcut},${block.activation}`;
    case 'attention':
      return `a${shape},${block.numHeads},${block.headDim},${block.valueRatio},${block.withoutNorm}`;
    case 'ffn':
      return `f${shape},${block.hiddenChannels},${block.withoutNorm}`;
    case 'pooledHead':
      return `h${shape},${block.hiddenChannels},${block.features},${block.classes},${block.activation}`;
    case 'patchEmbed':
      return `p${shape},${block.patchSize},${block.classToken},${block.positions}`;
    case 'overlappingPatchEmbed':
      return `o${shape},${block.kernelSize},${block.stride},${block.padding.join('+')},${block.classToken},${block.positions},` +
        `${block.normEpsilon !== undefined && !block.withoutNorm}`;
    case 'depthwisePool':
      return `tp${shape},${tokensOf(input)},${block.kernelSize}`;
    case 'encoderAttention':
      return `ea${shape},${tokensOf(input)},${block.numHeads},${block.headDim},${block.splits},${block.withoutNorm}`;
    case 'relativeAttention':
      return `ra${shape},${tokensOf(input)},${block.numHeads},${block.headDim},${block.maxDistance},${block.withoutNorm}`;
    case 'encoderMlp':
      return `em${shape},${tokensOf(input)},${block.hiddenChannels},${block.withoutNorm}`;
    case 'patchMerging':
      return `pm${shape},${block.kernelSize},${block.withoutNorm}`;
    case 'tokenHead':
      return `t${shape},${tokensOf(input)},${block.pool},${block.norm},${block.features}`;
    case 'tokenPool':
      return `tp${shape},${tokensOf(input)},${block.pool}`;
  }
}
