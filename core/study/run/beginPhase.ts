import type { LoadedCheckpoint } from '../checkpoints.ts';
import { readEvents } from '../events.ts';
import type { Phase } from '../eventTypes.ts';
import type { Study } from '../folder.ts';

/**
 * Writes down that a phase begins, or goes on. What an earlier process had reported after the checkpoint that the work
 * goes on from, or about all of the phase where there is none, is done again, and the history says so.
 * @param options.step where the work goes on
 */
export function beginPhase(
  { study: { events, paths } }: { readonly study: Pick<Study, 'events'> & { readonly paths: Pick<Study['paths'], 'events'> } }, phase: Phase, options: { totalSteps: number; step?: number; checkpoint?: Pick<LoadedCheckpoint, 'eventSeq'> },
): void {
  const { totalSteps, step = 0, checkpoint } = options;
  const afterSeq = checkpoint?.eventSeq ?? lastBefore(paths.events, phase);
  if (afterSeq !== undefined) events.append({ kind: 'resumed', phase, step, afterSeq });
  events.append({ kind: 'phase-started', phase, totalSteps });
}

/** The event before a phase's first beginning; undefined when it has never begun. */
function lastBefore(path: string, phase: Phase): number | undefined {
  const first = readEvents(path).events.find((event) => event.kind === 'phase-started' && event.phase === phase);
  return first && first.seq - 1;
}
