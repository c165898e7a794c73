import type { Phase, StudyEvent } from './eventTypes.ts';

/**
 * Seconds that a study or training has spent in some of its phases, over all interruptions: between events that follow each other in one
 * process. Work that was done again counts again, and so do pauses.
 */
export function workedSeconds(events: readonly StudyEvent[], phases: readonly Phase[]): number {
  let phase: Phase | undefined;
  let seconds = 0;
  events.forEach((event, i) => {
    if (phase !== undefined && phases.includes(phase) && event.kind !== 'resumed') seconds += (Date.parse(event.time) - Date.parse(events[i - 1].time)) / 1000;
    if (event.kind === 'phase-started') phase = event.phase;
    if (event.kind === 'phase-finished' || event.kind === 'resumed' || event.kind === 'interrupted' || event.kind === 'failed') phase = undefined;
  });
  return seconds;
}
