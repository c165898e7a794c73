import type { Candidate } from '../../search/evolution.ts';

/** What became of one architecture. */
export interface Judged {
  readonly key: string;
  /** Its accuracy or score; not finite for a score that is not valid. */
  readonly number: number;
  /** Why a score is not valid. */
  readonly invalid?: string;
  /** Images that an accuracy was counted on. */
  readonly images?: number;
}

/** How the architectures of a search come to their numbers. */
export interface Judge {
  /**
   * Judges architectures and hands them out in their order, in portions as they come. Whoever stops asking in the middle has had
   * everything up to there.
   */
  judge(candidates: readonly Candidate<unknown>[]): AsyncIterable<readonly Judged[]>;
  /** Whether so much has been judged since the last checkpoint that another one is worth what it takes. */
  isWorthSaving(since: { readonly judged: number; readonly ms: number; /** That the last one took. */ readonly savingMs: number }): boolean;
}
