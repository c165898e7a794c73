import type { DeviceModel } from '../../latency/deviceModel.ts';
import { predictLatency } from '../../latency/predict.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { mobileNetV2, mobileNetV2Mini } from '../../spaces/mobilenetv2/space.ts';

/** A design that nobody searched: one network for each width, from narrow to wide. */
interface HandDesign {
  readonly title: string;
  /** @param imageSize side of the images in pixels */
  family(imageSize: number): { readonly space: string; readonly members: readonly unknown[] };
}

/** Images up to this size get patches of 4 pixels and half of the published layers, larger ones those of the publication. */
const largestSmallImage = 64;

const designs: Readonly<Record<string, HandDesign>> = {
  /**
   * DeiT (Touvron et al. 2021, table 1): equal layers with three heads that share the width, an MLP ratio of 4, a class token and learned
   * positions. Twelve layers as published, six for small images.
   */
  deit: {
    title: 'DeiT-like',
    family: (imageSize) => {
      const isSmall = imageSize <= largestSmallImage;
      const [space, depth] = isSmall ? ['autoformer-mini', 6] as const : ['autoformer-tiny', 12] as const;
      const members = Array.from({ length: 64 }, (_, i) => ({
        embedDim: 12 * (i + 1), depth, mlpRatios: Array<number>(depth).fill(4), numHeads: Array<number>(depth).fill(3),
        headDim: 'shared', relativePosition: false, pool: 'classToken',
      }));
      return { space, members };
    },
  },
  /** Sandler et al. 2018: all widths times a number; without the first two halvings for small images. */
  mobilenetv2: {
    title: 'MobileNetV2-like',
    family: (imageSize) => {
      const { id, fitting, dimensions } = imageSize <= largestSmallImage ? mobileNetV2Mini : mobileNetV2;
      const multipliers = dimensions.find(({ name }) => name === 'widthMultiplier')!.values;
      return { space: id, members: multipliers.map((widthMultiplier) => ({ ...fitting!.reference, widthMultiplier })) };
    },
  },
};

export const handDesignedNames: readonly string[] = Object.keys(designs);

export const handDesignTitle = (name: string) => designs[name].title;

export interface MatchedNetwork {
  readonly space: SearchSpace;
  readonly arch: unknown;
  /** Predicted. */
  readonly latencyMs: number;
}

/**
 * The design's network with the highest predicted latency that is not above the target, or its fastest where all are above.
 * @param options.imageSize side of the images, which the network gets as they are
 */
export function matchLatency(
  name: string, { device, targetMs, imageSize, classes }: { device: DeviceModel; targetMs: number; imageSize: number; classes: number },
): MatchedNetwork {
  const { space: id, members } = designs[name].family(imageSize);
  const space = getSpace(id);
  const timed = members.map((json) => {
    const arch = space.parse(json);
    return { space, arch, latencyMs: predictLatency(device, space.lower(arch, { classes, resolution: imageSize })).latencyMs };
  }).sort((a, b) => a.latencyMs - b.latencyMs);
  return timed.findLast(({ latencyMs }) => latencyMs <= targetMs) ?? timed[0];
}
