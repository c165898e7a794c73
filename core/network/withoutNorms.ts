import { blockGraph } from './blockGraph.ts';
import type { Block } from './blocks.ts';
import type { Network } from './network.ts';

/**
 * The network with every layer norm left out, as As-ViT measures how expressive a topology is (asvit.md 3.2). Batch norms
 * stay. Parameters keep their names, but those of the norms are gone.
 * @throws RangeError for a block with a layer norm that cannot be left out
 */
export function withoutNorms(network: Network): Network {
  return { ...network, blocks: network.blocks.map(withoutNorm) };
}

function withoutNorm(block: Block): Block {
  if (!hasLayerNorm(block)) return block;
  const without: Block = block.type === 'tokenHead' ? { ...block, norm: false } : { ...block, withoutNorm: true } as Block;
  if (hasLayerNorm(without)) throw new RangeError(`The layer norm of a block of type ${block.type} cannot be left out.`);
  return without;
}

function hasLayerNorm(block: Block): boolean {
  return blockGraph(block).nodes.some(({ operator }) => operator === 'LayerNormalization');
}
