import type { GraphBuilder } from '../graph/builder.ts';
import type { Dim } from '../graph/dims.ts';
import type { Block } from './blocks.ts';

/** How a parameter starts, in PyTorch's terms. */
export type Initialisation =
  /** Uniform within 1/sqrt(fan-in): PyTorch's default for convolutions and linear layers. */
  | 'fanIn'
  /** Normal of deviation 0.02, cut at two deviations. */
  | 'truncatedNormal'
  /**
   * Normal of deviation 0.02: what trunc_normal_(std=.02) draws, which starts the layers of published transformers. Its bounds of
   * -2 and 2 are values, not deviations, and are never met.
   */
  | 'smallNormal'
  /** Normal of deviation 1, as TF-TAS scores PiT's convolutions (tftas.md 4.2). */
  | 'standardNormal'
  | 'zeros'
  | 'ones';

/**
 * Which part of a larger parameter a smaller network shares, along one axis; centres meet at the index floor(size / 2). What is
 * shared as a `whole`, such as positions on a map, must be as large in both.
 */
export type SliceRole = 'first' | 'centre' | 'whole';

export interface ParameterDefinition {
  readonly name: string;
  /** In the block's symbols. */
  readonly dims: readonly Dim[];
  readonly init: Initialisation;
  /** For `fanIn` where the shape does not tell it: how many numbers each output sums. */
  readonly fanIn?: Dim;
  /** Per axis; `first` where not given. */
  readonly slice?: readonly SliceRole[];
  /** Running statistics are set by calibration, not by the optimizer. */
  readonly trainable?: false;
  /**
   * Whether weight decay applies: to the matrices of transformer layers and of the head; not to biases, scales and
   * positions, nor to convolutional blocks, as in ElasticViT's recipe (elasticvit.md section 3).
   */
  readonly decay?: boolean;
  /**
   * What is learned for each place of a map, and what another map's is resampled from: `tokens` [rows, channels] of the output's
   * map, row by row behind those of extra tokens; `offsets` [2 height - 1, 2 width - 1, heads] between two places of the input's map.
   */
  readonly positions?: 'tokens' | 'offsets';
}

/**
 * What a block type is: its parameters and, written once, its mathematics. The graph depends on a block only through
 * `variant`; sizes stay symbolic, so one graph serves every width, depth, resolution and batch.
 */
export interface BlockDefinition<B extends Block> {
  /** Everything that changes the graph's structure, as text. */
  variant(block: B): string;
  /** Shape of the input `x`, in the block's symbols. */
  inputDims(block: B): readonly Dim[];
  parameters(block: B): readonly ParameterDefinition[];
  /** Sizes of the symbols in the dims of the parameters and the input, but for the batch `B`, maps `H`, `W` and tokens `N`. */
  sizes(block: B): Readonly<Record<string, number>>;
  /**
   * Of a block that is its input plus a branch: the parameters that the branch is proportional to, all together. Undefined for
   * blocks whose shortcut changes what passes through it.
   */
  residual?(block: B): readonly string[] | undefined;
  /** Integer tables that the graph reads, computed from the block's shape. */
  tables?(block: B): Readonly<Record<string, { shape: number[]; data: Int32Array }>>;
  /** Adds the block's nodes after its parameters are declared; the input is `x`. Returns the output. */
  build(block: B, graph: GraphBuilder): string;
}

export const batchNormEpsilon = 1e-5;
export const layerNormEpsilon = 1e-5;

/** Parameters of a convolution's batch norm. `scale` starts at zero to make a residual block start as its shortcut. */
export function batchNormParameters(name: string, channels: Dim, scale: 'zeros' | 'ones' = 'ones'): ParameterDefinition[] {
  return [
    { name: `${name}.scale`, dims: [channels], init: scale },
    { name: `${name}.bias`, dims: [channels], init: 'zeros' },
    { name: `${name}.mean`, dims: [channels], init: 'zeros', trainable: false },
    { name: `${name}.variance`, dims: [channels], init: 'ones', trainable: false },
  ];
}

/** Batch norm over the named parameters. */
export function batchNorm(graph: GraphBuilder, x: string, name: string): string {
  const parameters = ['scale', 'bias', 'mean', 'variance'].map((part) => `${name}.${part}`);
  return graph.add('BatchNormalization', [x, ...parameters], { epsilon: batchNormEpsilon });
}
