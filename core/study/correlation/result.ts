import type { Agreement } from '../../scoring/agreement.ts';

/** Everything that is found about scores and accuracies of a file; plain JSON. */
export interface Correlation {
  readonly format: 'pocketformer-correlation';
  readonly version: 1;
  readonly title: string;
  readonly source: string | null;
  readonly seeds: readonly number[];
  readonly columns: readonly CorrelatedColumn[];
  readonly networks: readonly CorrelatedNetwork[];
  /** Baselines first, then in the order asked for. */
  readonly rankings: readonly CorrelatedRanking[];
  /** Sentences for people: which rankings are not worth more than counting. */
  readonly remarks: readonly string[];
}

export interface CorrelatedColumn {
  readonly name: string;
  readonly title: string;
  /** Networks with an accuracy. */
  readonly measured: number;
  /** The k of recall and regret. */
  readonly topK: number;
}

export interface CorrelatedNetwork {
  readonly name: string;
  readonly space: string;
  readonly arch: unknown;
  /** In the order of the columns; null where it was not measured. */
  readonly accuracies: readonly (number | null)[];
}

export interface CorrelatedRanking {
  /** A proxy's name, or those of a combination with a plus between them. */
  readonly id: string;
  readonly title: string;
  readonly isBaseline: boolean;
  /** Of a single proxy, in the order of the networks: null where it is not valid. Of a combination: the rank of its sum of ranks. */
  readonly scores: readonly (number | null)[];
  /** Networks whose score is not valid; they are ranked last. */
  readonly invalid: number;
  /** Scoring all networks, in milliseconds; null for a combination. */
  readonly ms: number | null;
  /** Multiply-accumulates executed for all networks; null for a combination. */
  readonly macs: number | null;
  /** In the order of the columns. */
  readonly columns: readonly Agreement[];
  /** Mean over the columns. */
  readonly mean: Agreement;
}
