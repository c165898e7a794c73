import { tokensOf, type Block, type EncoderAttentionBlock, type RelativeAttentionBlock } from '../../network/blocks.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';

type Counter = (network: Network) => number;

const mapTokens = ({ height, width }: Block['output']) => height * width;

/** What both releases count in attention on `tokens` tokens, the tables' part under-counted: a number of each pair for each distance. */
function releasedAttention(block: EncoderAttentionBlock | RelativeAttentionBlock, tokens: number): number {
  const inner = block.numHeads * block.headDim;
  const products = 4 * tokens * block.input.channels * inner + 2 * tokens ** 2 * inner;
  if (block.type === 'encoderAttention') return products;
  return products + 2 * block.maxDistance * tokens ** 2 + tokens ** 2 / 2 + tokens * inner / 2;
}

function sumOver(network: Network, count: (block: Block) => number): number {
  return network.blocks.reduce((sum, block) => sum + count(block), 0);
}

const unknown = (block: Block, whose: string) =>
  new RangeError(`AutoFormer has no "${block.type}" blocks, so ${whose} does not say how to count them.`);

/**
 * AutoFormer's `get_complexity(196)` (tftas.md 3.4): one token too many in every layer, norms counted, the classifier
 * counted for every token, halves for what is added.
 */
export const autoFormerComplexity: Counter = (network) => sumOver(network, (block) => {
  const { channels } = block.input;
  switch (block.type) {
    case 'patchEmbed': {
      const { output } = block;
      return output.channels * (1 + mapTokens(output) * channels * block.patchSize ** 2 + tokensOf(output) / 2);
    }
    case 'encoderAttention':
    case 'relativeAttention': return (tokensOf(block.input) + 1) * channels + releasedAttention(block, tokensOf(block.input) + 1);
    case 'encoderMlp': return (tokensOf(block.input) + 1) * channels * (1 + 2 * block.hiddenChannels);
    case 'tokenHead': return tokensOf(block.input) * channels * block.classes;
    default: throw unknown(block, 'get_complexity');
  }
});

/** TF-TAS's `lib/flops.py` (tftas.md 3.4): the image's tokens only, without embedding and norms, the classifier for every one of them. */
export const tfTasFlops: Counter = (network) => sumOver(network, (block) => {
  const tokens = mapTokens(block.input);
  switch (block.type) {
    case 'patchEmbed': return 0;
    case 'encoderAttention':
    case 'relativeAttention': return releasedAttention(block, tokens);
    case 'encoderMlp': return 2 * tokens * block.input.channels * block.hiddenChannels;
    case 'tokenHead': return tokens * block.input.channels * block.classes;
    default: throw unknown(block, "TF-TAS's counter");
  }
});

/** Every multiply-accumulate of the released way to run relative positions: a vector for every pair of tokens, for keys and for values. */
export const denseRelativePosition: Counter = (network) => networkMacs(network) + sumOver(network, (block) =>
  block.type === 'relativeAttention' ? 2 * tokensOf(block.input) ** 2 * block.numHeads * block.headDim : 0);

export const publishedCounters: Readonly<Record<string, Counter>> = {
  'autoformer-complexity': autoFormerComplexity, 'tf-tas-flops': tfTasFlops, 'dense-relative-position': denseRelativePosition,
};
