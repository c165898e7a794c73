import type { LogLine } from '../../../core/api/contract/types.ts';
import { formatDuration } from '../../format/index.ts';
import type { NoteEvent } from './history.ts';

export const logLevels = ['info', 'warning', 'error'] as const;
export type LogLevel = typeof logLevels[number];

export interface LogEntry {
  /** Unique in one log. */
  readonly key: string;
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly text: string;
}

export function jobEntry({ seq, time, level, text }: LogLine): LogEntry {
  return { key: `job ${seq}`, timeMs: Date.parse(time), level, text };
}

export function noteEntry(event: NoteEvent): LogEntry {
  return { key: `study ${event.seq}`, timeMs: Date.parse(event.time), ...noteText(event) };
}

function noteText(event: NoteEvent): Pick<LogEntry, 'level' | 'text'> {
  switch (event.kind) {
    case 'study-started': return { level: 'info', text: `Study "${event.name}" begun: space ${event.space}, seed ${event.seed}, Pocketformer ${event.pocketformerVersion}.` };
    case 'resumed': return { level: 'info', text: `Resumed: ${event.phase} goes on after ${event.step}.` };
    case 'phase-started': return { level: 'info', text: `${phaseTitles[event.phase]} begins${event.totalSteps === undefined ? '' : ` (${event.totalSteps} ${phaseUnits[event.phase]})`}.` };
    case 'phase-finished': return { level: 'info', text: `${phaseTitles[event.phase]} done${event.seconds === undefined ? '' : ` after ${formatDuration(event.seconds)}`}.` };
    case 'warning': return { level: 'warning', text: event.message };
    case 'exported': return { level: 'info', text: `Wrote ${event.path}.` };
    case 'finished': return { level: 'info', text: 'Study finished.' };
    case 'failed': return { level: 'error', text: `${event.message} (${event.code})` };
    case 'interrupted': return { level: 'warning', text: event.reason === undefined ? 'Interrupted.' : `Interrupted: ${event.reason}` };
  }
}

export const phaseTitles = { data: 'Reading the data', training: 'Training', search: 'Search', export: 'Export' } as const;
const phaseUnits = { data: 'images', training: 'steps', search: 'architectures', export: 'models' } as const;

/** Two reports of the same thing, one by the job and one in the study's history, lie no farther apart. */
const sameMomentMs = 5000;

/**
 * Both logs by time. What the job said and the study noted as well appears once, and of what the study noted while the
 * job was talking only warnings and errors are told: the rest the job says in its own words.
 */
export function mergeLogs(job: readonly LogEntry[], allNotes: readonly LogEntry[]): LogEntry[] {
  const [fromMs, toMs] = [(job[0]?.timeMs ?? Number.POSITIVE_INFINITY) - sameMomentMs, (job.at(-1)?.timeMs ?? 0) + sameMomentMs];
  const notes = allNotes.filter(({ level, timeMs }) => level !== 'info' || timeMs < fromMs || timeMs > toMs);
  const noted = new Map<string, number[]>();
  for (const { text, timeMs } of notes) noted.set(plain(text), [...noted.get(plain(text)) ?? [], timeMs]);
  const own = job.filter(({ text, timeMs }) => !noted.get(plain(text))?.some((other) => Math.abs(other - timeMs) <= sameMomentMs));
  const merged: LogEntry[] = [];
  let at = 0;
  for (const entry of own) {
    while (at < notes.length && notes[at].timeMs <= entry.timeMs) merged.push(notes[at++]);
    merged.push(entry);
  }
  return [...merged, ...notes.slice(at)];
}

/** A text without the code of its failure and without the full stop, which not every writer sets. */
const plain = (text: string) => text.replace(/ \([a-z-]+\)$/, '').replace(/\.$/, '');

/** The entries of the given levels in which every word of `query` occurs. */
export function filterLog(entries: readonly LogEntry[], levels: ReadonlySet<LogLevel>, query: string): LogEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ level, text }) => {
    if (!levels.has(level)) return false;
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** For the clipboard and bug reports: one line an entry, the time in ISO 8601. */
export function logText(entries: readonly LogEntry[]): string {
  return entries.map(({ timeMs, level, text }) => `${new Date(timeMs).toISOString()} ${level.toUpperCase()} ${text}`).join('\n');
}

/** "14:05:09" today, with the day before it otherwise. */
export function logTime(timeMs: number, nowMs: number): string {
  const time = new Date(timeMs);
  const clock = time.toLocaleTimeString('en-GB');
  if (time.toDateString() === new Date(nowMs).toDateString()) return clock;
  return `${time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${clock}`;
}
