import type { Score } from '../../scoring/score.ts';

/** To a scoring thread, after its options came with its start. */
export interface ScoreRequest {
  readonly id: number;
  readonly archs: readonly unknown[];
}

/** From a scoring thread; without `id` it could not start. */
export type ScoreReply =
  | { readonly id: number; readonly scores: readonly (readonly Score[])[] }
  | { readonly id?: number; readonly failure: { readonly name: string; readonly code?: string; readonly message: string } };
