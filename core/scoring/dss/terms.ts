/**
 * What a DSS-indicator adds up, over all layers of a kind (Zhou et al. 2022, equations 3 to 6): for linear layers of
 * attention, the product of the nuclear norms of weight and gradient; for those of MLPs, the sum of |gradient x weight|.
 */
export interface DssTerms {
  /** Queries, keys and values, which are one matrix as published. */
  readonly qkv: number;
  /** Output projections of attention. */
  readonly project: number;
  readonly mlp: number;
}

/** The sign that weights have while the network runs. */
export type WeightSigns =
  /** All parameters are absolute: the paper, as in SynFlow. */
  | 'absolute'
  /** Only class token and positions are: what the released code does (tftas.md 1.3). */
  | 'signed';

/** Parameters that the release makes absolute too, because it slices them only while the network runs. */
export const alwaysAbsolute: ReadonlySet<string> = new Set(['classToken', 'position']);

/** A way of putting the terms together. */
export interface DssFormula {
  readonly signs: WeightSigns;
  readonly terms: readonly (keyof DssTerms)[];
}

/** By the proxies' names. The release gets no gradient for queries, keys, values and the head (tftas.md 1.3). */
export const dssFormulas = {
  dss: { signs: 'absolute', terms: ['qkv', 'project', 'mlp'] },
  'dss-msa': { signs: 'absolute', terms: ['qkv', 'project'] },
  'dss-mlp': { signs: 'absolute', terms: ['mlp'] },
  'dss-released': { signs: 'signed', terms: ['project', 'mlp'] },
} as const satisfies Readonly<Record<string, DssFormula>>;

export function dssValue({ terms }: DssFormula, values: DssTerms): number {
  return terms.reduce((sum, term) => sum + values[term], 0);
}
