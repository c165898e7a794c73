import type { StudyRow } from '../../../core/api/contract/types.ts';

/** What can be done with studies, as far as their rows tell. */
export interface StudyAbilities {
  /** `start` begins, `resume` goes on; both are one request to the core. */
  readonly start: 'start' | 'resume' | null;
  readonly pause: boolean;
  /** Lets a paused job go on. */
  readonly unpause: boolean;
  readonly stop: boolean;
  readonly trash: boolean;
  /** Takes a study whose folder is gone, or lies elsewhere, off the list. */
  readonly forget: boolean;
  readonly openFronts: boolean;
  /** Its settings can be read, so that it can be copied. */
  readonly duplicate: boolean;
  /** Nothing writes to it, so that it can be packed as it is. */
  readonly pack: boolean;
}

const activeStates: ReadonlySet<StudyRow['state']> = new Set(['queued', 'running', 'paused', 'stopping']);

/** Codes of studies that can only be looked at: see the core's study list. */
const unreadable: ReadonlySet<string> = new Set(['damaged-study', 'missing-study', 'invalid-yaml', 'invalid-study-file', 'study-version']);

export const isActive = (row: StudyRow) => activeStates.has(row.state);
export const isUnreadable = (row: StudyRow) => row.problem !== null && (unreadable.has(row.problem.code) || row.space === '');

export function abilitiesOf(row: StudyRow): StudyAbilities {
  const { state, runsElsewhere } = row;
  const canRun = !runsElsewhere && !isUnreadable(row);
  const isResumable = state === 'interrupted' || state === 'failed' || state === 'crashed';
  return {
    start: !canRun ? null : state === 'created' ? 'start' : isResumable ? 'resume' : null,
    pause: canRun && state === 'running',
    unpause: canRun && state === 'paused',
    stop: canRun && (state === 'running' || state === 'paused' || state === 'queued'),
    trash: !isActive(row) && row.problem?.code !== 'missing-study',
    forget: row.problem?.code === 'missing-study',
    openFronts: row.best.length > 0,
    duplicate: !isUnreadable(row),
    pack: !isUnreadable(row) && !isActive(row) && !runsElsewhere,
  };
}

/** The view that a study opens in: its fronts when there are results and nothing is under way, else the run. */
export function viewOf(row: StudyRow): 'fronts' | 'run' {
  return abilitiesOf(row).openFronts && !isActive(row) ? 'fronts' : 'run';
}

/** What helps against a study's problem; null where the message already says all there is. */
export function adviceFor(row: StudyRow): string | null {
  switch (row.problem?.code) {
    case undefined: return null;
    case 'missing-study': return 'Connect the disk it lies on, or take it off the list; nothing is deleted by that.';
    case 'damaged-study': return 'Put the missing files back from a copy, or move the study to the trash. Its models and history stay readable in the folder.';
    case 'invalid-yaml': case 'invalid-study-file':
      return 'The study.yaml in its folder was changed by hand. Correct it there; the list notices by itself.';
    case 'study-version': return 'Update Pocketformer to open it.';
    case 'damaged-metadata': return 'Only tags and the archive mark are affected. Setting the tags again repairs it.';
    default:
      return row.state === 'failed' || row.state === 'crashed' ? 'Resume goes on from the last checkpoint; the log of the run tells more.' : null;
  }
}
