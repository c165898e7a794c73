import type { Random } from '../../../base/random.ts';
import type { SamplingSettings } from './settings.ts';

/**
 * The next step's bucket (elasticvit.md section 4). `adjacent`: the same or a neighbour, each move equally likely, so
 * that consecutive steps train networks of like size; a move beyond an end stays there, which keeps the long-run use of all
 * buckets uniform. `random`: any. `cyclic`: one after the other, over and over.
 */
export function nextBucket(walk: SamplingSettings['walk'], bucket: number, count: number, random: Random): number {
  switch (walk) {
    case 'adjacent': return Math.min(count - 1, Math.max(0, bucket + random.integer(3) - 1));
    case 'random': return random.integer(count);
    case 'cyclic': return (bucket + 1) % count;
  }
}
