import { InputError, oneOf } from '../base/errors.ts';
import type { FeatureShape } from './blocks.ts';
import { blocksAtSize, strideOf, type ImageSize } from './imageSize.ts';
import type { Network } from './network.ts';
import { blockRole } from './roles.ts';

/** The last map of one stride. */
export interface FeatureLevel {
  /** As detectors call it (Lin et al. 2017, section 3): `c4` for a stride of 2^4; `stride14` for one that is no power of two. */
  readonly name: string;
  /** Image pixels between neighbouring positions: the product of the strides of the blocks before. */
  readonly stride: number;
  /** Index of the block that makes it. */
  readonly block: number;
  readonly shape: FeatureShape;
}

/** A network without its head, whose maps are what others build on: detectors, segmentation. */
export interface Backbone {
  /** Its blocks, for the padded image; nothing reads its classes. */
  readonly network: Network;
  readonly imageSize: ImageSize;
  /** Rows of zeros below the image and columns right of it. */
  readonly padding: { readonly bottom: number; readonly right: number };
  /** What comes out, by ascending stride. */
  readonly levels: readonly FeatureLevel[];
}

/** Sides beyond this are taken for mistakes. */
const longestSide = 8192;
/** Maps of smaller strides are given only when asked for. */
const leastStride = 4;

/**
 * The backbone of a classifier for images of a size, square or not. Where a block cannot take that size (map sides of which
 * one is odd, windows that do not fill a side, patches that leave pixels unread), the image is padded to multiples of the
 * largest stride.
 * @param names the levels wanted; from stride 4 on where missing. Blocks behind the last one are left out.
 * @throws InputError `invalid-image-size`, `unknown-level`
 */
export function backboneOf(network: Network, imageSize: ImageSize, names?: readonly string[]): Backbone {
  const body = network.blocks.filter((block) => blockRole(block) !== 'head');
  const all = levelsOf({ ...network, blocks: body });
  const unknown = names?.find((name) => !all.some((level) => level.name === name));
  if (unknown !== undefined) {
    throw new InputError('unknown-level', `There is no feature map "${unknown}"; ${network.space} has ${oneOf(all.map(({ name }) => name))}.`);
  }
  const wanted = all.filter(({ name, stride }) => (names === undefined ? stride >= leastStride || stride === all.at(-1)!.stride : names.includes(name)));
  const deepest = wanted[wanted.length - 1];
  const blocks = body.slice(0, deepest.block + 1);
  const { size, resized } = paddedBlocks(network.space, blocks, imageSize, deepest.stride);
  return {
    network: { ...network, resolution: Math.max(size.height, size.width), blocks: resized }, imageSize,
    padding: { bottom: size.height - imageSize.height, right: size.width - imageSize.width },
    levels: wanted.map((level) => ({ ...level, shape: resized[level.block].output })),
  };
}

/** The last map of each stride of a network without its head. */
function levelsOf({ blocks }: Network): FeatureLevel[] {
  let stride = 1;
  const levels = new Map<number, FeatureLevel>();
  blocks.forEach((block, index) => {
    stride *= strideOf(block);
    levels.set(stride, { name: levelName(stride), stride, block: index, shape: block.output });
  });
  return [...levels.values()];
}

function levelName(stride: number): string {
  const level = Math.log2(stride);
  return Number.isInteger(level) ? `c${level}` : `stride${stride}`;
}

function paddedBlocks(space: string, blocks: Network['blocks'], size: ImageSize, divisor: number) {
  if (![size.height, size.width].every((side) => Number.isInteger(side) && side >= 1 && side <= longestSide)) {
    throw new InputError('invalid-image-size', `The image is ${size.height}x${size.width}; accepted are whole numbers of pixels up to ${longestSide}.`);
  }
  const padded = (side: number) => Math.ceil(side / divisor) * divisor;
  for (const candidate of [size, { height: padded(size.height), width: padded(size.width) }]) {
    const resized = blocksAtSize(blocks, candidate);
    if (resized !== undefined) return { size: candidate, resized };
  }
  throw new InputError('invalid-image-size', `An image of ${size.height}x${size.width} is too small for ${space}, or its windows do not fill the maps even when it `
    + `is padded to multiples of ${divisor} pixels; use another size.`);
}
