import { InputError } from '../../base/errors.ts';
import { imageShape, type Block, type FeatureShape, type PatchEmbedBlock, type TokenHeadBlock } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import type { LoweringOptions } from '../space.ts';
import type { AutoFormerArchitecture, Variant } from './architecture.ts';
import type { AutoFormerChoices } from './choices.ts';

const normEpsilon = 1e-5;
/** Beyond this a single attention map would need gigabytes. */
const maxResolution = 1024;

/**
 * Turns an architecture into blocks as in tftas.md 3.2. Names do not depend on the architecture, so that a subnet finds its
 * weights in the supernet; layers beyond its depth are missing, which makes them the identity.
 * @throws InputError `invalid-resolution` or `invalid-classes`
 */
export function lowerAutoFormer(choices: AutoFormerChoices, arch: AutoFormerArchitecture, options: LoweringOptions = {}): Network {
  const resolution = checkedResolution(choices, options.resolution ?? choices.resolutions[0]);
  const classes = checkedClasses(options.classes ?? choices.defaultClasses);
  const embed = patchEmbed(choices, arch.embedDim, resolution);
  const layers = arch.numHeads.flatMap((numHeads, i) => layerBlocks(choices, i, { numHeads, mlpRatio: arch.mlpRatios[i] }, embed.output, arch));
  return { space: choices.id, resolution, classes, blocks: [embed, ...layers, tokenHead(embed.output, classes, arch.pool)] };
}

export function patchEmbed({ patchSize }: AutoFormerChoices, embedDim: number, resolution: number): PatchEmbedBlock {
  const side = resolution / patchSize;
  return {
    type: 'patchEmbed', name: 'patchEmbed', patchSize, classToken: true, positions: true,
    input: imageShape(resolution), output: { channels: embedDim, height: side, width: side, extraTokens: 1 },
  };
}

/** The attention and the MLP of one layer, which depend on its choices and on the tokens' shape. */
export function layerBlocks(
  choices: AutoFormerChoices, index: number, layer: { readonly numHeads: number; readonly mlpRatio: number }, tokens: FeatureShape, variant: Variant = {},
): Block[] {
  const { numHeads, mlpRatio } = layer;
  const { headDim: width = choices.headDim, relativePosition = true } = variant;
  const headDim = width === 'shared' ? tokens.channels / numHeads : width;
  const shared = { name: `blocks.${index}.attention`, numHeads, headDim, normEpsilon, input: tokens, output: tokens };
  return [
    relativePosition ? { type: 'relativeAttention', ...shared, maxDistance: choices.maxDistance } : { type: 'encoderAttention', ...shared },
    {
      type: 'encoderMlp', name: `blocks.${index}.mlp`, mlpRatio, hiddenChannels: Math.floor(tokens.channels * mlpRatio), normEpsilon,
      input: tokens, output: tokens,
    },
  ];
}

/** The mean is over the image's tokens; the class token is not part of it. */
export function tokenHead(tokens: FeatureShape, classes: number, pool: TokenHeadBlock['pool'] = 'mean'): TokenHeadBlock {
  return { type: 'tokenHead', name: 'head', pool, norm: true, normEpsilon, classes, input: tokens, output: { channels: classes, height: 1, width: 1 } };
}

function checkedResolution({ id, patchSize }: AutoFormerChoices, resolution: number): number {
  if (!Number.isInteger(resolution) || resolution < patchSize || resolution > maxResolution || resolution % patchSize !== 0) {
    throw new InputError('invalid-resolution', `The resolution is ${resolution}; ${id} accepts multiples of ${patchSize} pixels, `
      + `from ${patchSize} to ${maxResolution}.`);
  }
  return resolution;
}

function checkedClasses(classes: number): number {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new InputError('invalid-classes', `The number of classes is ${classes}; it must be a whole number from 1.`);
  }
  return classes;
}
