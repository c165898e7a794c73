import { CancelledError } from '../../../base/errors.ts';
import type { TaskHooks } from '../tasks.ts';

export interface ProbeOptions extends Pick<TaskHooks, 'signal' | 'onProgress'> {
  /** That relative paths start from. */
  readonly baseDir: string;
  /** Of the part that is longest in a study. */
  readonly seconds: number;
}

/** Tells how far a probe is, from 0 to 1, and ends it where nobody wants to know any more. */
export function teller({ signal, onProgress }: Pick<ProbeOptions, 'signal' | 'onProgress'>): (done: number, note?: string) => void {
  return (done, note) => {
    onProgress({ done, total: 1, unit: 'probe', ...(note !== undefined && { note }) });
    if (signal.aborted) throw new CancelledError();
  };
}
