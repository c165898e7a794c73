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

export const designBudgets = ['whole', 'recipe'] as const;
/** How long a hand-designed network is trained: for all that its phone's winner has cost, search included, or by the recipe as it stands. */
export type DesignBudget = (typeof designBudgets)[number];

/** A network that nobody searched, trained for one budget. */
export interface HandDesign {
  /** One of `handDesignedNames`. */
  readonly family: string;
  readonly budget: DesignBudget;
}

/** Those of a story, each family with each budget. */
export const designsOf = ({ networks, budgets }: { readonly networks: readonly string[]; readonly budgets: readonly DesignBudget[] }): HandDesign[] =>
  networks.flatMap((family) => budgets.map((budget) => ({ family, budget })));

/** What folders call it. */
export const designName = ({ family, budget }: HandDesign) => (budget === 'whole' ? family : `${family}-${budget}`);

/** What `designName` stands for; undefined for other networks. */
export const designNamed = (name: string): HandDesign | undefined => knownDesigns.get(name);

const knownDesigns = new Map(designsOf({ networks: handDesignedNames, budgets: designBudgets }).map((design) => [designName(design), design]));

export const familyTitle = (family: string) => families[family].title;

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
