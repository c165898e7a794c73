import type { TokenPoolBlock } from './blocks.ts';
import type { Network } from './network.ts';

/**
 * The network up to what its classifier reads, before the last norm: the mean over the map's tokens, or the class token.
 * Of As-ViT's networks, what its release calls the features (asvit.md 1, "scoring output").
 * @returns a network whose outputs are features, or undefined when the classifier reads no tokens
 */
export function asFeatures(network: Network): Network | undefined {
  const head = network.blocks.at(-1);
  if (head?.type === 'tokenPool') return network;
  if (head?.type !== 'tokenHead') return undefined;
  const { name, input, pool } = head;
  const tail: TokenPoolBlock = { type: 'tokenPool', name, pool, input, output: { channels: input.channels, height: 1, width: 1 } };
  return { ...network, blocks: [...network.blocks.slice(0, -1), tail] };
}
