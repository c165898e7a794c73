import type { Failure } from '../../../base/failure.ts';
import type { SharedBatch, TeacherRun } from './session.ts';

/** What a teacher's thread starts with. */
export interface ThreadOptions {
  readonly run: TeacherRun;
  /** Inside of each operator. */
  readonly threads: number;
}

/** To a teacher's thread. */
export interface AnswerRequest {
  readonly id: number;
  readonly batch: SharedBatch;
}

/** From a teacher's thread, once nobody has anything left to take. */
export type AnswerReply = { readonly id: number } & ({ readonly images: number } | { readonly failure: Failure });
