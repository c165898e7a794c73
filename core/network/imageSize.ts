import type { Block, FeatureShape } from './blocks.ts';

/** Of an image or a map, in pixels or positions. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** By how much a block shrinks each side of the map, as it is built; 1 for heads. */
export function strideOf(block: Block): number {
  switch (block.type) {
    case 'conv': case 'mbconv': case 'overlappingPatchEmbed': return block.stride;
    case 'patchEmbed': return block.patchSize;
    case 'depthwisePool': case 'patchMerging': return 2;
    default: return 1;
  }
}

/**
 * The same blocks for an image of another size, which need not be square: channels, kernels, windows per side and names stay,
 * maps and tables of positions follow the image.
 * @returns undefined where a block cannot take its map or would leave pixels at its far edges unread
 */
export function blocksAtSize(blocks: readonly Block[], { height, width }: ImageSize): Block[] | undefined {
  const resized: Block[] = [];
  let shape: FeatureShape = { ...blocks[0].input, height, width };
  for (const block of blocks) {
    const output = outputShape(block, shape);
    if (output === undefined) return undefined;
    resized.push({ ...block, input: shape, output });
    shape = output;
  }
  return resized;
}

/** What a block makes of a map of another size; undefined where it cannot. */
function outputShape(block: Block, input: FeatureShape): FeatureShape | undefined {
  const { height, width } = input;
  const { output } = block;
  const shrunk = (side: (size: number) => number): FeatureShape => ({ ...output, height: side(height), width: side(width) });
  switch (block.type) {
    case 'conv':
      return shrunk((size) => Math.ceil(size / block.stride));
    case 'mbconv':
      // Its pooled shortcut is padded on both sides of the map or on none.
      return block.stride === 2 && block.shortcut !== 'identity' && !sameParity(input) ? undefined : shrunk((size) => Math.ceil(size / block.stride));
    case 'depthwisePool': case 'patchMerging':
      return sameParity(input) ? shrunk((size) => Math.ceil(size / 2)) : undefined;
    case 'patchEmbed':
      return height % block.patchSize === 0 && width % block.patchSize === 0 ? shrunk((size) => size / block.patchSize) : undefined;
    case 'overlappingPatchEmbed': {
      const { kernelSize, dilation = 1, stride, padding: [before, after] } = block;
      const room = (size: number) => size + before + after - (dilation * (kernelSize - 1) + 1);
      const isFilled = [height, width].every((size) => room(size) >= 0 && room(size) % stride === 0);
      return isFilled ? shrunk((size) => room(size) / stride + 1) : undefined;
    }
    case 'encoderAttention': {
      const { splits = 1 } = block;
      return height % splits === 0 && width % splits === 0 ? input : undefined;
    }
    case 'attention': case 'ffn': case 'relativeAttention': case 'encoderMlp':
      return input;
    case 'pooledHead': case 'tokenHead': case 'tokenPool':
      return output;
  }
}

const sameParity = ({ height, width }: FeatureShape): boolean => height % 2 === width % 2;
