import { blockLayers } from '../network/layers.ts';
import type { Network } from '../network/network.ts';
import type { NetworkGradients } from './gradients.ts';

/** The sum of |a b|, element by element. */
export function sumProducts(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] * b[i]);
  return sum;
}

/** Keys of the weights of all linear layers and convolutions. */
export function weightKeys(network: Network): string[] {
  return network.blocks.flatMap((block) => blockLayers(block).flatMap(({ weights }) => weights.map(({ name }) => `${block.name}.${name}`)));
}

/** The sum of |dL/dw w| over the weights of all linear layers and convolutions. */
export function weightSaliency(network: Network, { gradient, weight }: NetworkGradients): number {
  return weightKeys(network).reduce((sum, key) => sum + sumProducts(gradient(key), weight(key)), 0);
}
