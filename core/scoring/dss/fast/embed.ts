import type { OverlappingPatchEmbedBlock, PatchEmbedBlock } from '../../../network/blocks.ts';
import type { ReducedBlock } from '../classes/reduce.ts';
import type { TokenClasses } from '../classes/tokenClasses.ts';
import type { Operation } from './group.ts';
import type { BlockShare } from './shares.ts';

type EmbedBlock = PatchEmbedBlock | OverlappingPatchEmbedBlock;

/** Reads an image of ones. */
export const embed: Operation<EmbedBlock> = (group, block, x) => {
  const { device: { arena }, members, outputRows, share } = group;
  arena.free(x);
  const { channels } = block.output;
  const y = arena.allocate(outputRows * channels);
  const rows = arena.view(y, outputRows * channels);
  for (const { network, firstOutputRow, reduced } of members) {
    const { tokens, spread } = share.remember(reduced.output, () => embedOnes(share, block, reduced));
    rows.set(tokens, firstOutputRow * channels);
    group.setPositionSpread(network, spread);
  }
  return { y, backward: () => undefined };
};

interface EmbeddedClasses {
  /** [classes, channels] */
  readonly tokens: Float32Array;
  /** How much tokens of a class differ: see `FastDss.positionSpread`. */
  readonly spread: number;
}

/**
 * Tokens of an image of ones: the sum of the kernel over its inputs that lie on the image, the bias, a norm where there is
 * one, and the mean of the positions of each class; in front of them the class token, where it is kept.
 */
function embedOnes(share: BlockShare, block: EmbedBlock, { output, taps }: ReducedBlock): EmbeddedClasses {
  const { channels } = block.output;
  const { front } = output;
  const tokens = new Float64Array(output.counts.length * channels);
  const bias = share.read('embed.bias');
  const kernels = block.type === 'patchEmbed' ? [sumOfKernel(share, channels)] : sumsOfKernel(share, channels, taps!);
  kernels.forEach((sums, i) => {
    const token = tokens.subarray((front + i) * channels, (front + i + 1) * channels);
    for (let k = 0; k < channels; k++) token[k] = sums[k] + bias[k];
    if (block.type === 'overlappingPatchEmbed' && block.normEpsilon !== undefined && !block.withoutNorm) normalise(token, share, block.normEpsilon);
  });
  if (front > 0) tokens.set(share.read('classToken'));
  const spread = block.positions ? addPositions(tokens, share.read('position'), block, output) : 0;
  return { tokens: Float32Array.from(tokens), spread };
}

/** Of a matrix [patch, channels]. */
function sumOfKernel(share: BlockShare, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  share.read('embed.weight').forEach((value, i) => { sums[i % channels] += value; });
  return sums;
}

/** Of a convolution [channels, inputs, k, k], for each class over the places that are on the image. */
function sumsOfKernel(share: BlockShare, channels: number, taps: readonly Int32Array[]): Float64Array[] {
  const weight = share.read('embed.weight');
  return taps.map((places) => {
    const sums = new Float64Array(channels);
    const perChannel = weight.length / channels;
    weight.forEach((value, i) => { if (places[i % places.length] >= 0) sums[Math.floor(i / perChannel)] += value; });
    return sums;
  });
}

function normalise(token: Float64Array, share: BlockShare, epsilon: number): void {
  const [scale, bias] = [share.read('norm.scale'), share.read('norm.bias')];
  const mean = token.reduce((sum, value) => sum + value, 0) / token.length;
  const variance = token.reduce((sum, value) => sum + (value - mean) ** 2, 0) / token.length;
  token.forEach((value, k) => { token[k] = (value - mean) / Math.sqrt(variance + epsilon) * scale[k] + bias[k]; });
}

/**
 * The class token has one of the patch embedding's positions, none of the overlapping one's.
 * @returns the spread of tokens within a class, at most
 */
function addPositions(tokens: Float64Array, positions: Float32Array, block: EmbedBlock, { counts, front, map }: TokenClasses): number {
  const { channels, extraTokens = 0 } = block.output;
  const inFront = block.type === 'patchEmbed' ? extraTokens : 0;
  if (inFront > 0) for (let i = 0; i < front * channels; i++) tokens[i] += positions[i];
  const means = new Float64Array(tokens.length);
  const squares = new Float64Array(counts.length);
  const eachOfMap = (body: (number: number, at: number, position: number) => void) => map.forEach((number, place) => {
    for (let k = 0; k < channels; k++) body(number, number * channels + k, positions[(inFront + place) * channels + k]);
  });
  eachOfMap((number, at, position) => { means[at] += position / counts[number]; });
  eachOfMap((number, at, position) => { squares[number] += (position - means[at]) ** 2 / counts[number]; });
  for (let i = front * channels; i < tokens.length; i++) tokens[i] += means[i];
  return counts.reduce((most, _, number) => {
    const token = tokens.subarray(number * channels, (number + 1) * channels);
    const mean = token.reduce((sum, value) => sum + value, 0) / channels;
    return Math.max(most, Math.sqrt(squares[number] / token.reduce((sum, value) => sum + (value - mean) ** 2, 0)));
  }, 0);
}
