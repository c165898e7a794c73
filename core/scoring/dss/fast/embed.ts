import type { PatchEmbedBlock } from '../../../network/blocks.ts';
import type { Operation } from './group.ts';
import type { BlockShare } from './shares.ts';

/** Reads an image of ones. */
export const embed: Operation<PatchEmbedBlock> = ({ device: { arena }, members, outputRows, share }, block, x) => {
  arena.free(x);
  const { channels } = block.output;
  const y = arena.allocate(outputRows * channels);
  const rows = arena.view(y, outputRows * channels);
  for (const { firstOutputRow, output: { front } } of members) {
    rows.set(share.remember(`tokens ${front}`, () => embedOnes(share, block, front)), firstOutputRow * channels);
  }
  return { y, backward: () => undefined };
};

/**
 * Tokens of an image of ones: the sum of the kernel over its inputs, the bias, and the mean of the map's positions; in
 * front of it the class token, where it is kept.
 * @param front class tokens that are kept
 * @returns [front + 1, channels]
 */
function embedOnes(share: BlockShare, block: PatchEmbedBlock, front: number): Float32Array {
  const { channels } = block.output;
  const weight = share.read('embed.weight');
  const sums = Float64Array.from(share.read('embed.bias'));
  for (let i = 0; i < weight.length; i++) sums[i % channels] += weight[i];
  const tokens = new Float32Array((front + 1) * channels);
  if (front > 0) tokens.set(share.read('classToken'));
  if (block.positions) {
    const positions = share.read('position');
    const first = (block.output.extraTokens ?? 0) * channels;
    const inMap = (positions.length - first) / channels;
    for (let i = first; i < positions.length; i++) sums[i % channels] += positions[i] / inMap;
    for (let i = 0; i < front * channels; i++) tokens[i] += positions[i];
  }
  tokens.set(sums, front * channels);
  return tokens;
}
