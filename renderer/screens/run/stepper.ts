import type { Job } from '../../../core/api/contract/types.ts';
import { formatCount, formatDuration } from '../../format/index.ts';
import { isOver } from '../../stores/jobs.ts';
import type { StudyHistory } from './history.ts';
import { phaseTitles } from './log.ts';
import type { PhaseName } from './phaseClock.ts';

export interface PhaseStep {
  readonly phase: PhaseName;
  readonly title: string;
  /** "stopped" is begun, with nobody at work on it. */
  readonly state: 'waiting' | 'current' | 'paused' | 'stopped' | 'done';
  /** "120 of 500 steps", "2 min 05 s"; empty while there is nothing to say. */
  readonly note: string;
}

const titles: Record<PhaseName, string> = { ...phaseTitles, data: 'Data' };

/** The phases that a study does not have: one that scores trains nothing, and reads images only where its score looks at some. */
export function skippedPhases(settings: unknown): PhaseName[] {
  const { scoring } = (settings ?? {}) as { scoring?: { inputs?: unknown } };
  if (scoring === undefined || scoring === null) return [];
  return scoring.inputs === 'images' ? ['training'] : ['data', 'training'];
}

/** The phases of a study as the stepper shows them. @param skipped those that it does not have */
export function phaseSteps(history: StudyHistory, job: Job | undefined, runsElsewhere: boolean, skipped: readonly PhaseName[] = []): PhaseStep[] {
  const active = job !== undefined && !isOver(job) ? job : undefined;
  const times = history.phases.times().filter(({ phase }) => !skipped.includes(phase));
  // A resumed run reads its data again before it goes on; the job knows, the history does not.
  const current = active?.phase ?? (active || runsElsewhere ? times.findLast(({ state }) => state === 'begun')?.phase : undefined);
  return times.map(({ phase, state, seconds }) => {
    const isCurrent = phase === current && (state !== 'done' || phase === active?.phase);
    const shown = isCurrent ? (active?.state === 'paused' ? 'paused' : 'current') : state === 'begun' ? 'stopped' : state;
    const spent = seconds >= 1 ? formatDuration(seconds) : '';
    const counted = phase === active?.phase && active.total > 0 ? `${formatCount(active.done)} of ${formatCount(active.total)} ${active.unit}` : '';
    return { phase, title: titles[phase], state: shown, note: [counted, spent].filter(Boolean).join(', ') };
  });
}
