import type { Score } from '../../scoring/score.ts';
import type { Failure } from '../../base/failure.ts';
import type { DonePortion } from '../queue/workQueue.ts';

/** To a scoring thread, after its options came with its start. */
export interface ScoreRequest {
  readonly id: number;
  readonly archs: readonly unknown[];
}

/** From a scoring thread; without `id` it could not start. */
export type ScoreReply =
  | DonePortion<readonly Score[]> & { readonly id: number }
  | { readonly id?: number; readonly failure: Failure };
