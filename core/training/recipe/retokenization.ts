import { InputError } from '../../base/errors.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import type { SearchSpace, Tokens } from '../../spaces/space.ts';
import type { Recipe } from './settings.ts';

/** Epochs in which a network sees its images as tokens of one size. */
export interface TokenPhase {
  /** Passes over the images before it, and before its end; parts of them where a file says so. */
  readonly fromEpoch: number;
  readonly toEpoch: number;
  readonly tokens: Tokens;
  readonly network: Network;
  /** Of one image, forward. */
  readonly macs: number;
}

export interface TokenPlan {
  readonly phases: readonly TokenPhase[];
  /** Share of the multiply-accumulates of a training with all tokens that is saved. */
  readonly savedShare: number;
}

/**
 * How far apart a kernel's pixels lie when its patches are: round((stride / usual stride - 1) K / (K - 1)) + 1 (As-ViT, section 4,
 * footnote 3; halves are rounded up). A kernel of one pixel has none to lie apart.
 */
export function dilationFor(stride: number, usualStride: number, kernelSize: number): number {
  return kernelSize === 1 ? 1 : Math.round((stride / usualStride - 1) * kernelSize / (kernelSize - 1)) + 1;
}

export interface TokenPlanOptions<A> {
  readonly space: SearchSpace<A>;
  readonly arch: A;
  readonly classes: number;
  readonly resolution?: number;
}

/**
 * Progressive re-tokenization (As-ViT, section 4): the network of every phase, the last one with all tokens.
 * @throws InputError `no-tokenization` where the space's networks work with all tokens alone, `invalid-tokens` for a stride that does not
 * suit, and those of the space's lowering
 */
export function tokenPlan<A>(recipe: Pick<Recipe, 'epochs' | 'cooldownEpochs' | 'retokenization'>, options: TokenPlanOptions<A>): TokenPlan {
  const { space, arch, classes, resolution } = options;
  const { retokenization: { phases: coarse } } = recipe;
  const epochs = recipe.epochs + recipe.cooldownEpochs;
  const { tokenization } = space;
  const lower = (tokens?: Tokens) => space.lower(arch, { classes, resolution, ...(tokens ? { tokens } : {}) });
  const whole = lower();
  if (coarse.length > 0 && tokenization === undefined) {
    throw new InputError('no-tokenization', `training.retokenization: networks of ${space.id} work with all of their tokens alone; leave the phases out, or take an As-ViT space.`);
  }
  const usual: Tokens = { stride: tokenization?.stride ?? 1, dilation: 1 };
  let epoch = 0;
  const phases = coarse.map(({ epochs: length, stride, dilation = dilationFor(stride, usual.stride, tokenization!.kernelSize(arch)) }): TokenPhase => {
    const network = lower({ stride, dilation });
    const fromEpoch = epoch;
    epoch = Math.min(epochs, epoch + length);
    return { fromEpoch, toEpoch: epoch, tokens: { stride, dilation }, network, macs: networkMacs(network) };
  });
  const last: TokenPhase = { fromEpoch: epoch, toEpoch: epochs, tokens: usual, network: whole, macs: networkMacs(whole) };
  if (epoch >= epochs) {
    throw new InputError('invalid-tokens', `training.retokenization: its phases last ${epoch} epochs, and the training ends after ${epochs}; leave some to the network with all tokens.`);
  }
  const all = [...phases, last];
  const spent = all.reduce((sum, { fromEpoch, toEpoch, macs }) => sum + (toEpoch - fromEpoch) * macs, 0);
  return { phases: all, savedShare: 1 - spent / (epochs * last.macs) };
}

/** Table 6 of the paper, for As-ViT Large at 224 pixels: epochs at a quarter and at half of the tokens per side, of 300. */
export const publishedSchedules = [
  { quarterEpochs: 40, halfEpochs: 30, savedShare: 0.187, trainingTimeSavedShare: 0.138, accuracy: 0.831 },
  { quarterEpochs: 80, halfEpochs: 60, savedShare: 0.374, trainingTimeSavedShare: 0.276, accuracy: 0.829 },
  { quarterEpochs: 120, halfEpochs: 90, savedShare: 0.562, trainingTimeSavedShare: 0.411, accuracy: 0.825 },
] as const;
