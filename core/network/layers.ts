import { blockParameters, type Parameter } from './blockGraph.ts';
import type { Block } from './blocks.ts';
import { blockRole, type BlockRole } from './roles.ts';

/** A linear layer or convolution of a block, without its bias. */
export interface Layer {
  /** Within the block: "qkv", "project", "expand". */
  readonly name: string;
  readonly role: BlockRole;
  /** Its weights; several where one layer is kept in parts that share an input, one behind the other along outputs. */
  readonly weights: readonly Parameter[];
  /** A convolution that mixes no channels. */
  readonly isDepthwise: boolean;
  /** Whether it is a matrix that all positions share: no kernel larger than one pixel. */
  readonly isLinear: boolean;
}

/** Queries, keys and values are one layer, as publications count them. */
const joined = ['query.weight', 'key.weight', 'value.weight'];

/**
 * The layers of a block that have weights, in the order of its parameters. Weights are [inputs, outputs], or
 * [outputs, inputs, k, k] for convolutions; tables of positions are no layers.
 */
export function blockLayers(block: Block): Layer[] {
  const weights = blockParameters(block).filter(({ name, shape }) => name.endsWith('.weight') && shape.length > 1);
  const role = blockRole(block);
  const layer = (name: string, parts: readonly Parameter[]): Layer => {
    const { shape } = parts[0];
    const isDepthwise = shape.length === 4 && shape[1] === 1;
    return { name, role, weights: parts, isDepthwise, isLinear: !isDepthwise && (shape.length === 2 || shape[2] * shape[3] === 1) };
  };
  const parts = joined.flatMap((name) => weights.filter((weight) => weight.name === name));
  const rest = weights.filter((weight) => !parts.includes(weight)).map((weight) => layer(weight.name.replace(/\.weight$/, ''), [weight]));
  return parts.length > 0 ? [layer('qkv', parts), ...rest] : rest;
}
