import { join } from 'node:path';
import { phases } from '../eventTypes.ts';
import type { StoryPiece } from './pieces.ts';
import { secondsOf } from './storyRuns.ts';

/**
 * How long the studies and trainings that are left will take, by those of other seeds.
 * @returns undefined while there is one that no other seed has finished
 */
export function secondsLeft(finished: readonly StoryPiece[], left: readonly StoryPiece[]): number | undefined {
  const taken = (piece: StoryPiece) => secondsOf(join(piece.folder, 'events.ndjson'), phases);
  let total = 0;
  for (const piece of left.filter(isLong)) {
    const alike = finished.filter((other) => other.kind === piece.kind && other.title === piece.title);
    if (alike.length === 0) return undefined;
    total += alike.reduce((sum, other) => sum + taken(other), 0) / alike.length;
  }
  return total;
}

const isLong = ({ kind }: StoryPiece) => kind === 'study' || kind === 'training';
