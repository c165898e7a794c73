import { tokensOf } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { networkMacs } from '../../network/counts.ts';

/**
 * As the release counts them, with thop: the multiply-accumulates, and twice the pooling of all tokens, each output of
 * which thop takes for one operation more than it has inputs (asvit.md 2.1).
 */
export function thopMacs(network: Network): number {
  const { input } = headOf(network);
  return networkMacs(network) + 2 * (tokensOf(input) + 1) * input.channels;
}

/** Per number in a map of attention weights: the published figures hold some element-wise work; 3.2 to 3.7 fit all of them. */
const perLogit = 3.5;

/** What the paper's tables call FLOPs: multiply-accumulates and a fitted amount for each attention logit (asvit.md 2.3). */
export function publishedFlops(network: Network): number {
  return networkMacs(network) + perLogit * attentionLogits(network);
}

/** Pairs of tokens that meet in attention, for each head. */
function attentionLogits({ blocks }: Network): number {
  return blocks.reduce((sum, block) => (block.type === 'encoderAttention'
    ? sum + block.numHeads * tokensOf(block.input) ** 2 / (block.splits ?? 1) ** 2 : sum), 0);
}

function headOf({ blocks }: Network) {
  const head = blocks[blocks.length - 1];
  if (head?.type !== 'tokenHead') throw new RangeError('As-ViT\'s release counts networks that end in a head on tokens.');
  return head;
}
