import type { JoinedQueue } from '../queue/elsewhere.ts';
import { readAddress } from '../queue/redis/address.ts';
import type { StudySettings } from '../studyFile.ts';
import type { RunHooks } from './hooks.ts';

/** The queue whose workers do a study's scoring and evaluating; undefined where it does its own. @throws InputError as `readAddress` */
export function queueOf({ compute: { queue, chunkMinutes } }: Pick<StudySettings, 'compute'>, { onMessage, signal }: RunHooks): JoinedQueue | undefined {
  return queue === undefined ? undefined : { address: readAddress(queue), tell: (text, level) => onMessage?.(text, level), signal, chunkMinutes };
}
