import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { differenceWords } from '../../latency/checks/matchTarget.ts';
import { targetDifferences, targetTitle } from '../../latency/measurements/target.ts';
import { entrySchema, type SessionEntry, type SessionStart } from '../../latency/protocol/entries.ts';
import { MeasuringSession } from '../../latency/protocol/session.ts';
import { makeDirectory } from '../files.ts';
import { acquireStudyLock, isLockName } from '../lock.ts';
import { appendRecord, readRecords } from '../recordLog.ts';

/** A session of measuring as a folder: what happened in it, a line each, and the measurements that follow from that. */
export const sessionPaths = (folder: string) => ({
  entries: join(folder, 'session.jsonl'),
  measurements: join(folder, 'measurements.jsonl'),
  failures: join(folder, 'failures.json'),
});

/** The session's own copy of the reference model. */
export const referenceName = 'reference.onnx';

export interface OpenSession {
  readonly session: MeasuringSession;
  readonly isResumed: boolean;
  /** Keeps an entry, and returns when it is on the disk. */
  append(entry: SessionEntry): Promise<void>;
  close(): void;
}

/**
 * Takes a folder for this process, and begins a session there or goes on with the one it holds.
 * @param start of the session if there is none; one that is there must be of the same device, settings and models
 * @throws InputError `other-session` naming what differs, `damaged-records`, `not-a-session`; EnvironmentError `study-in-use`
 */
export async function openSession(folder: string, start: SessionStart): Promise<OpenSession> {
  const { entries: path } = sessionPaths(folder);
  await requireSessionFolder(folder);
  const lock = await acquireStudyLock(folder);
  try {
    const { records, endByte } = await readRecords(path, entrySchema);
    let end = endByte;
    const append = async (entry: SessionEntry) => { end = await appendRecord(path, entry, end); };
    const close = () => lock.release();
    if (records.length === 0) {
      await append(start);
      return { session: new MeasuringSession(start), isResumed: false, append, close };
    }
    const session = replay(records, path);
    requireSame(session.start, start, folder);
    const resumed = { type: 'resumed', at: new Date().toISOString() } as const;
    await append(resumed);
    session.add(resumed);
    return { session, isResumed: true, append, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Makes the folder, or finds out that it is one for a session.
 * @throws InputError `not-a-session` when it holds other things; EnvironmentError `cannot-write`
 */
export async function requireSessionFolder(folder: string): Promise<void> {
  await makeDirectory(folder);
  if (existsSync(sessionPaths(folder).entries)) return;
  const other = readdirSync(folder).find((name) => !isLockName(name) && name !== referenceName && !name.startsWith('.'));
  if (other !== undefined) {
    throw new InputError('not-a-session', `${folder}: holds ${other} and no session of measuring; expected a new or empty folder, or that of a session.`);
  }
}

/** The session that a list of entries tells of. @throws InputError `damaged-records` */
export function replay([start, ...entries]: readonly SessionEntry[], path: string): MeasuringSession {
  if (start?.type !== 'session') throw new InputError('damaged-records', `${path}:1: expected the start of a session.`);
  const session = new MeasuringSession(start);
  for (const [i, entry] of entries.entries()) {
    if (entry.type === 'session') throw new InputError('damaged-records', `${path}:${i + 2}: a session starts in the middle of another.`);
    session.add(entry);
  }
  return session;
}

function requireSame(known: SessionStart, wanted: SessionStart, folder: string): void {
  const differing = (['target', 'settings', 'seed', 'models', 'reference'] as const).filter((key) => JSON.stringify(known[key]) !== JSON.stringify(wanted[key]));
  if (differing.length === 0) return;
  if (differing.includes('target')) {
    const precision = 'float32';
    const differences = targetDifferences({ ...known.target, precision }, { ...wanted.target, precision });
    throw new InputError('other-session', `${folder}: this session was begun on ${targetTitle(known.target)}; what is there now differs: ${differenceWords(differences)}. `
      + 'Go on with the device and the settings that it was begun with; another device is measured in a session of its own.');
  }
  throw new InputError('other-session', `${folder}: holds a session with other ${differing.join(' and ')}; go on with the same, or begin another session in a folder of its own.`);
}
