import { GraphBuilder } from '../graph/builder.ts';
import { evaluate } from '../graph/dims.ts';
import type { Graph } from '../graph/graph.ts';
import { tokensOf, type Block, type BlockType } from './blocks.ts';
import type { BlockDefinition, ParameterDefinition } from './definition.ts';
import { attention } from './definitions/attention.ts';
import { conv } from './definitions/conv.ts';
import { depthwisePool } from './definitions/depthwisePool.ts';
import { encoderAttention } from './definitions/encoderAttention.ts';
import { encoderMlp } from './definitions/encoderMlp.ts';
import { ffn } from './definitions/ffn.ts';
import { mbconv } from './definitions/mbconv.ts';
import { overlappingPatchEmbed } from './definitions/overlappingPatchEmbed.ts';
import { patchEmbed } from './definitions/patchEmbed.ts';
import { patchMerging } from './definitions/patchMerging.ts';
import { pooledHead } from './definitions/pooledHead.ts';
import { relativeAttention } from './definitions/relativeAttention.ts';
import { tokenHead } from './definitions/tokenHead.ts';
import { tokenPool } from './definitions/tokenPool.ts';
import type { Network } from './network.ts';

const definitions: { readonly [T in BlockType]: BlockDefinition<Extract<Block, { type: T }>> } = {
  conv, mbconv, attention, ffn, pooledHead, patchEmbed, overlappingPatchEmbed, depthwisePool, encoderAttention, relativeAttention,
  encoderMlp, patchMerging, tokenHead, tokenPool,
};

/** A block type's definition; the cast is safe because the table is keyed by the block's own type. */
function definitionOf(block: Block): BlockDefinition<Block> {
  return definitions[block.type] as unknown as BlockDefinition<Block>;
}

const graphs = new Map<string, Graph>();

/** The block's mathematics, shared by all blocks of its variant. Its input is `x`: [B, channels, H, W], or tokens [B, N, channels]. */
export function blockGraph(block: Block): Graph {
  const name = graphName(block);
  let graph = graphs.get(name);
  if (!graph) graphs.set(name, graph = buildBlockGraph(block));
  return graph;
}

/** The same, built for this block: what it gives must not depend on more than the variant. */
export function buildBlockGraph(block: Block): Graph {
  const definition = definitionOf(block);
  const builder = new GraphBuilder(graphName(block));
  builder.input('x', definition.inputDims(block));
  for (const { name, dims } of definition.parameters(block)) builder.parameter(name, dims);
  return builder.build([definition.build(block, builder)]);
}

const graphName = (block: Block) => `${block.type} ${definitionOf(block).variant(block)}`;

/** A parameter with its actual shape. */
export interface Parameter extends ParameterDefinition {
  readonly shape: readonly number[];
  /** The numbers that each output sums, for `fanIn` where the shape does not tell. */
  readonly inputs?: number;
}

export function blockParameters(block: Block): Parameter[] {
  const definition = definitionOf(block);
  const sizes = new Map(Object.entries(definition.sizes(block)));
  return definition.parameters(block).map((parameter) => ({
    ...parameter, shape: parameter.dims.map((dim) => evaluate(dim, sizes)),
    ...(parameter.fanIn === undefined ? {} : { inputs: evaluate(parameter.fanIn, sizes) }),
  }));
}

/** Integer tables that the block's graph reads. */
export function blockTables(block: Block): Readonly<Record<string, { shape: number[]; data: Int32Array }>> {
  return definitionOf(block).tables?.(block) ?? {};
}

/** The parameters that the branch of a block is proportional to (`BlockDefinition.residual`); none where the block cannot be left out. */
export function blockResidual(block: Block): readonly string[] {
  return definitionOf(block).residual?.(block) ?? [];
}

/** Sizes of every symbol of the block's graph but the batch `B`. */
export function blockSizes(block: Block): Map<string, number> {
  const { input } = block;
  return new Map([...Object.entries(definitionOf(block).sizes(block)), ['H', input.height], ['W', input.width], ['N', tokensOf(input)]]);
}

/** Trainable parameters of a block: running statistics of batch norms are not counted, as is usual. */
export function blockParams(block: Block): number {
  return blockParameters(block).filter((parameter) => parameter.trainable !== false)
    .reduce((sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1), 0);
}

/** Trainable parameters of a network. */
export function networkParams(network: Network): number {
  return network.blocks.reduce((sum, block) => sum + blockParams(block), 0);
}
