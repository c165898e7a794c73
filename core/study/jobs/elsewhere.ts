import { studyLockHolder } from '../lock.ts';
import type { LockHolder } from '../lock.ts';

/**
 * The process that has a study, when it is none of `ownPids`: a command in a terminal, or another machine. Such a study
 * can be watched, not controlled.
 */
export function holderElsewhere(directory: string, ownPids: readonly number[]): LockHolder | undefined {
  const holder = studyLockHolder(directory);
  return holder && !ownPids.includes(holder.pid) ? holder : undefined;
}
