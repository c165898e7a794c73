import { InputError } from '../../base/errors.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { matchLatency } from '../../latency/match/matchLatency.ts';
import { predictLatency } from '../../latency/predict.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';

/** Families that nobody searched, by what a story calls them; small images have members of their own. */
const families: Readonly<Record<string, { readonly title: string; readonly space: string; readonly smallImages: string }>> = {
  deit: { title: 'DeiT-like', space: 'deit', smallImages: 'deit-mini' },
  mobilenetv2: { title: 'MobileNetV2-like', space: 'mobilenetv2', smallImages: 'mobilenetv2-mini' },
};

/** In pixels. */
const largestSmallImage = 64;

export const handDesignedNames: readonly string[] = Object.keys(families);

export const handDesignTitle = (name: string) => families[name].title;

export interface MatchedNetwork {
  readonly space: SearchSpace;
  readonly arch: unknown;
  /** Predicted. */
  readonly latencyMs: number;
}

/**
 * The family's member whose predicted latency is as near to the target as possible from below, or the smallest where all are above.
 * @param options.imageSize side of the images, which the network gets as they are
 */
export function handDesignedFor(
  name: string, { device, targetMs, imageSize, classes }: { device: DeviceModel; targetMs: number; imageSize: number; classes: number },
): MatchedNetwork {
  const space = getSpace(imageSize <= largestSmallImage ? families[name].smallImages : families[name].space);
  const lowering = { classes, resolution: imageSize };
  try {
    const { arch, prediction: { latencyMs } } = matchLatency(space, device, targetMs, {}, lowering);
    return { space, arch, latencyMs };
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'unreachable-latency') throw error;
    return { space, arch: space.smallest, latencyMs: predictLatency(device, space.lower(space.smallest, lowering)).latencyMs };
  }
}
