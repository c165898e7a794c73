import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';

/**
 * Lets the process's other threads go before the calling one, and before threads that it starts afterwards. Only Linux
 * knows priorities of single threads in this way; elsewhere all stay equal.
 */
export function giveWayToOtherThreads(): void {
  const thread = threadId();
  if (thread !== undefined) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
}

/** As the system counts threads; undefined where it cannot be told. */
function threadId(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return Number(basename(readlinkSync('/proc/thread-self')));
  } catch {
    return undefined; // A system without /proc, such as some containers.
  }
}
