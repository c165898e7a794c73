import { imageShape, type Block, type FeatureShape, type MbConvBlock } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { checkedClasses, checkedResolution } from '../checkedOptions.ts';
import type { LoweringOptions } from '../space.ts';

/** A member of the family: all widths times a number, at one resolution. */
export interface MobileNetV2Architecture {
  readonly widthMultiplier: number;
  readonly resolution: number;
  /** Side of the first map, as a share of the image's, where the family leaves a choice. */
  readonly stemScale?: number;
}

export interface MobileNetV2Choices {
  readonly id: string;
  readonly defaultClasses: number;
  /** Of the first convolution and of the first blocks of the seven rows of table 2. */
  readonly strides: readonly [stem: 1 | 2, ...rows: readonly (1 | 2)[]];
}

/** Sandler et al. 2018, table 2: expansion, channels and blocks of each row. */
const rows = [[1, 16, 1], [6, 24, 2], [6, 32, 3], [6, 64, 4], [6, 96, 3], [6, 160, 3], [6, 320, 1]] as const;
const stemChannels = 32;
const headChannels = 1280;
const maxResolution = 1024;

/**
 * A width times the multiplier as the authors' code rounds it: to a multiple of 8, nowhere down by more than 10 %. The first and the
 * last layer are multiplied as well, the last one only by multipliers above 1 (section 4 and the released code).
 */
export function multipliedChannels(channels: number, multiplier: number): number {
  const wanted = channels * multiplier;
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

/** Turns a member into blocks; names do not depend on the width. @throws InputError `invalid-resolution` or `invalid-classes` */
export function lowerMobileNetV2({ id, defaultClasses, strides }: MobileNetV2Choices, arch: MobileNetV2Architecture, options: LoweringOptions): Network {
  const resolution = checkedResolution(id, options.resolution ?? arch.resolution, { step: 1, most: maxResolution });
  const classes = checkedClasses(options.classes ?? defaultClasses);
  const { widthMultiplier } = arch;
  const [ownStride, ...rowStrides] = strides;
  const stemStride = arch.stemScale === 0.5 ? 2 : ownStride;
  const image = imageShape(resolution);
  let shape = shrunk(image, stemStride, multipliedChannels(stemChannels, widthMultiplier));
  const blocks: Block[] = [{ type: 'conv', name: 'stem.conv', kernelSize: 3, stride: stemStride, activation: 'relu6', input: image, output: shape }];
  rows.forEach(([expandRatio, channels, depth], row) => {
    for (let i = 0; i < depth; i++) {
      const block = invertedResidual(`stages.${row}.blocks.${i}`, shape, {
        channels: multipliedChannels(channels, widthMultiplier), stride: i === 0 ? rowStrides[row] : 1, expandRatio,
      });
      blocks.push(block);
      shape = block.output;
    }
  });
  blocks.push({
    type: 'pooledHead', name: 'head', hiddenChannels: multipliedChannels(headChannels, Math.max(1, widthMultiplier)), classes, activation: 'relu6', input: shape,
    output: { channels: classes, height: 1, width: 1 },
  });
  return { space: id, resolution, classes, blocks };
}

function invertedResidual(
  name: string, input: FeatureShape, { channels, stride, expandRatio }: { channels: number; stride: 1 | 2; expandRatio: number },
): MbConvBlock {
  return {
    type: 'mbconv', name, role: 'stage', kernelSize: 3, stride, expandRatio, hiddenChannels: expandRatio * input.channels, squeezeChannels: 0,
    shortcut: 'identity', activation: 'relu6', input, output: shrunk(input, stride, channels),
  };
}

const shrunk = ({ height, width }: FeatureShape, stride: number, channels: number): FeatureShape =>
  ({ channels, height: Math.ceil(height / stride), width: Math.ceil(width / stride) });
