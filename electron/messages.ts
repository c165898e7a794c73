/*
 * What the main process and the engine's process say to each other. Ports travel beside the message. Both ends are parts
 * of the same program, so that the types are enough.
 */

export type ToEngine =
  /** A window's end of the contract comes along as a port. */
  | { readonly kind: 'connect' }
  /** Bring every job to a safe point and end; answered by `stopped`. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'worker-started'; readonly worker: number; readonly pid: number | undefined }
  | { readonly kind: 'worker-message'; readonly worker: number; readonly message: unknown }
  | { readonly kind: 'worker-output'; readonly worker: number; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | { readonly kind: 'worker-exit'; readonly worker: number; readonly code: number | null; readonly signal: string | null };

export type FromEngine =
  | { readonly kind: 'ready' }
  /** It cannot do its work; starting it again would not help. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'defect'; readonly text: string }
  | { readonly kind: 'jobs'; readonly jobs: JobsSummary }
  | { readonly kind: 'start-worker'; readonly worker: number; readonly title: string }
  | { readonly kind: 'worker-message'; readonly worker: number; readonly message: unknown }
  | { readonly kind: 'kill-worker'; readonly worker: number };

/** What the system's task bar and a question before quitting need to know of the jobs. */
export interface JobsSummary {
  /** Jobs that would lose their place in the queue or their process. */
  readonly titles: readonly string[];
  /** Mean of the running jobs, 0 to 1; undefined when none runs. */
  readonly fraction: number | undefined;
}

export const noJobs: JobsSummary = { titles: [], fraction: undefined };
