import { InputError } from '../../base/errors.ts';
import { imageShape, type Block, type FeatureShape, type TokenHeadBlock } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';

/** A plain vision transformer, the same in every layer. */
export interface VitOptions {
  /** Height and width of the image in pixels; a multiple of the patch size. */
  readonly resolution?: number;
  readonly patchSize?: number;
  readonly width: number;
  readonly depth: number;
  readonly numHeads: number;
  /** Width of a head; by default the heads share the width. */
  readonly headDim?: number;
  readonly mlpRatio?: number;
  readonly classes?: number;
  /** A learned class token. */
  readonly classToken?: boolean;
  /** What the head reads: by default the class token where there is one, otherwise the mean over the image's tokens. */
  readonly pool?: TokenHeadBlock['pool'];
  /** Learned positions. */
  readonly positions?: boolean;
  /** A layer norm in front of the head. */
  readonly finalNorm?: boolean;
  readonly normEpsilon?: number;
}

/**
 * The network with DeiT's choices (Touvron et al. 2021) where nothing else is asked for: 224 px, patches of 16, class token,
 * positions, final norm, MLP ratio 4.
 * @throws InputError `invalid-architecture` when the sizes do not fit each other
 */
export function vitNetwork(options: VitOptions): Network {
  const {
    resolution = 224, patchSize = 16, width, depth, numHeads, headDim = width / numHeads, mlpRatio = 4, classes = 1000,
    classToken = true, pool = classToken ? 'classToken' : 'mean', positions = true, finalNorm = true, normEpsilon = 1e-6,
  } = options;
  if (resolution % patchSize !== 0) {
    throw new InputError('invalid-architecture', `Patches of ${patchSize} px do not fill an image of ${resolution} px; use a multiple of ${patchSize}.`);
  }
  if (!Number.isInteger(headDim)) {
    throw new InputError('invalid-architecture', `${numHeads} heads cannot share a width of ${width}; use a multiple of ${numHeads}, or give headDim.`);
  }
  if (pool === 'classToken' && !classToken) throw new InputError('invalid-architecture', 'The head cannot read a class token that is not there; use the mean.');
  const side = resolution / patchSize;
  const tokens: FeatureShape = { channels: width, height: side, width: side, ...(classToken ? { extraTokens: 1 } : {}) };
  const blocks: Block[] = [{
    type: 'patchEmbed', name: 'patchEmbed', patchSize, classToken, positions,
    input: imageShape(resolution), output: tokens,
  }];
  for (let i = 0; i < depth; i++) {
    blocks.push(
      { type: 'encoderAttention', name: `blocks.${i}.attention`, numHeads, headDim, normEpsilon, input: tokens, output: tokens },
      {
        type: 'encoderMlp', name: `blocks.${i}.mlp`, mlpRatio, hiddenChannels: Math.floor(width * mlpRatio), normEpsilon,
        input: tokens, output: tokens,
      },
    );
  }
  blocks.push({
    type: 'tokenHead', name: 'head', pool, norm: finalNorm, normEpsilon, classes,
    input: tokens, output: { channels: classes, height: 1, width: 1 },
  });
  return { space: 'vit', resolution, classes, blocks };
}
