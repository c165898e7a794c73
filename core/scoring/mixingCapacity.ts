import type { Network } from '../network/network.ts';
import { positionsRead } from '../network/reach.ts';
import { blockRole } from '../network/roles.ts';

/**
 * Mixing capacity: over all blocks but the head, the sum of width x log2(positions read), in bits. A block that fills each of
 * its d output features from one of n positions can do so in n^d ways, d log2(n) bits; one behind the other, blocks multiply the
 * ways. It has no constants, weights or inputs. In a plain transformer it grows as depth x width, which is how the logarithm of
 * the separation rank of deep self-attention grows (Levine et al., Limits to depth-efficiencies of self-attention, 2020), where
 * parameters grow as depth x width^2; layers that treat each position by itself, as MLPs do, add nothing.
 */
export function mixingCapacity({ blocks }: Network): number {
  return blocks.filter((block) => blockRole(block) !== 'head')
    .reduce((bits, block) => bits + block.output.channels * Math.log2(positionsRead(block)), 0);
}
