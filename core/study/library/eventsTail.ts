import { open } from 'node:fs/promises';
import { plannedEvaluations } from '../../search/settings.ts';
import { eventSchema } from '../eventTypes.ts';
import type { Phase, StudyEvent } from '../eventTypes.ts';
import { errorCode } from '../files.ts';
import { searchSettingsOf } from '../studyFile.ts';
import type { StudySettings } from '../studyFile.ts';

/** Some fifty training steps, which is enough to tell their speed. */
const tailBytes = 16 * 1024;
const maxTailBytes = 1024 * 1024;

export interface StudyProgress {
  readonly phase: Phase;
  /** Of the phase, 0 to 1. */
  readonly fraction: number;
  /** Until the end of the phase, at the speed of the last events; absent when that is unknown. */
  readonly remainingSeconds?: number;
}

/**
 * The last events of a history, without reading the whole file. Lines that cannot be read are left out: whoever opens
 * the study is told about them.
 */
export async function readEventsTail(path: string, bytes = tailBytes): Promise<StudyEvent[]> {
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - bytes);
      const buffer = Buffer.alloc(size - from);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      text = buffer.toString('utf8', 0, bytesRead);
      if (from > 0) text = text.slice(text.indexOf('\n') + 1);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw error;
  }
  return text.split('\n').slice(0, -1).flatMap((line) => {
    const parsed = eventSchema.safeParse(jsonOf(line));
    return parsed.success ? [parsed.data] : [];
  });
}

/** As `readEventsTail`, but so much that the current phase and the work done in it can be told. */
export async function readTellingTail(path: string): Promise<StudyEvent[]> {
  let bytes = tailBytes;
  let events = await readEventsTail(path, bytes);
  while (!isTelling(events) && bytes < maxTailBytes) {
    bytes *= 4;
    events = await readEventsTail(path, bytes);
  }
  return events;
}

/** How far a study is, from its last events; null before any work. */
export function progressOf(events: readonly StudyEvent[], settings: StudySettings): StudyProgress | null {
  const phase = phaseOf(events);
  if (phase === undefined) return null;
  if (events.some(({ kind }) => kind === 'finished')) return { phase: 'export', fraction: 1 };
  const total = totalOf(events, phase, settings);
  const done = doneAt(events, phase);
  if (phase === 'data' || total === 0) return { phase, fraction: 0 };
  const fraction = Math.min(1, done / total);
  const rate = ratePerSecond(events, phase);
  if (rate === undefined) return { phase, fraction };
  return { phase, fraction, remainingSeconds: Math.max(0, total - done) / rate };
}

/** The failure that the last run ended with, unless work went on since then. */
export function failureOf(events: readonly StudyEvent[]): { code: string; message: string } | undefined {
  const last = events.findLast(({ kind }) => kind !== 'warning');
  return last?.kind === 'failed' ? { code: last.code, message: last.message } : undefined;
}

const isTelling = (events: readonly StudyEvent[]) => events.some((event) => (
  event.kind === 'step' || event.kind === 'generation' || event.kind === 'phase-started' || event.kind === 'finished'
  || event.kind === 'study-started' || event.kind === 'checkpoint'));

function phaseOf(events: readonly StudyEvent[]): Phase | undefined {
  for (const event of events.toReversed()) {
    switch (event.kind) {
      case 'phase-started': case 'resumed': case 'phase-finished': case 'checkpoint': return event.phase;
      case 'step': return 'training';
      case 'evaluation': case 'generation': return 'search';
      case 'exported': case 'finished': return 'export';
      case 'study-started': return 'data';
      default:
    }
  }
  return undefined;
}

function totalOf(events: readonly StudyEvent[], phase: Phase, settings: StudySettings): number {
  const started = events.findLast((event) => event.kind === 'phase-started' && event.phase === phase);
  if (started?.kind === 'phase-started' && started.totalSteps !== undefined) return started.totalSteps;
  switch (phase) {
    case 'training': return settings.training?.steps ?? 0;
    case 'search': return plannedEvaluations(searchSettingsOf(settings, settings.devices.map((_, i) => String(i))));
    default: return 0;
  }
}

/** Units of work done in a phase: the last count that an event gives, and what followed it. */
function doneAt(events: readonly StudyEvent[], phase: Phase): number {
  let done = 0;
  for (const event of events) {
    if (event.kind === 'phase-finished' && event.phase === phase) return Infinity;
    if ((event.kind === 'resumed' || event.kind === 'checkpoint') && event.phase === phase) done = event.step;
    else if (phase === 'training' && event.kind === 'step') done = event.step;
    else if (phase === 'search' && event.kind === 'generation') done = event.evaluated;
    else if (phase === 'search' && event.kind === 'evaluation') done++;
    else if (phase === 'export' && event.kind === 'exported') done++;
  }
  return done;
}

/** Since the last start, so that pauses between runs do not count. */
function ratePerSecond(events: readonly StudyEvent[], phase: Phase): number | undefined {
  const counted = { training: 'step', search: 'evaluation', export: 'exported', data: undefined }[phase];
  const from = events.findLastIndex(({ kind }) => kind === 'resumed' || kind === 'phase-started');
  const own = events.slice(from + 1).filter(({ kind }) => kind === counted);
  if (own.length < 2) return undefined;
  const seconds = (Date.parse(own[own.length - 1].time) - Date.parse(own[0].time)) / 1000;
  return seconds > 0 ? (own.length - 1) / seconds : undefined;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
