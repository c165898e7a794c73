import { randomInt, randomUUID } from 'node:crypto';
import { openSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeSync, closeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EnvironmentError } from '../base/errors.ts';
import { errorCode, writeError } from './files.ts';

/*
 * One process per study. Every process that wants it creates a lock file of its own, under a name nobody else uses,
 * and then looks at the others: it owns the study when none of them belongs to a living process, and withdraws
 * otherwise. Of two processes at least the later one sees the other, so both can never own it; and because no two share
 * a name, whoever clears away the file of a dead process cannot hit a living one's. Two that start in the same instant
 * may both withdraw; they try again after different pauses.
 */

const holderSchema = z.object({
  pid: z.int(),
  host: z.string(),
  /** Identifies the process even after its number was given to another one; absent where the system does not tell. */
  processStart: z.string().optional(),
  /** ISO time at which the study was taken. */
  since: z.string(),
});
export type LockHolder = z.infer<typeof holderSchema>;

/** Whether a file in a study's folder belongs to this protocol. */
export const isLockName = (name: string) => /^lock-.*\.json$/.test(name);

export interface StudyLock {
  readonly path: string;
  /** Gives the study free; also done when the process exits by itself. */
  release(): void;
}

/**
 * A process that only tries has another file each time; one that is seen this often owns the study (or is as slow as an
 * owner).
 */
const sightingsOfOwner = 4;
const maxAttempts = 200;
const held = new Set<string>();
let releasesAtExit = false;

/**
 * Takes the study for this process.
 * @throws EnvironmentError `study-in-use` naming the process that has it and what to do.
 */
export async function acquireStudyLock(directory: string): Promise<StudyLock> {
  const studyDirectory = resolve(directory);
  let blocker = '';
  let sightings = 0;
  for (let attempt = 1; ; attempt++) {
    const path = createLockFile(studyDirectory);
    const other = otherHolder(studyDirectory, path);
    if (other === undefined) {
      releaseAtExit(path);
      return { path, release: () => release(path) };
    }
    unlinkSync(path);
    sightings = other.path === blocker ? sightings + 1 : 1;
    blocker = other.path;
    if (sightings === sightingsOfOwner || attempt === maxAttempts) throw inUse(directory, other);
    await sleep(randomInt(10, 60));
  }
}

/** The living process that has the study, if any. */
export function studyLockHolder(directory: string): LockHolder | undefined {
  return otherHolder(resolve(directory), undefined)?.holder;
}

interface OtherLock {
  readonly path: string;
  /** Unknown while its file is being written. */
  readonly holder: LockHolder | undefined;
}

function createLockFile(directory: string): string {
  const path = join(directory, `lock-${process.pid}-${randomUUID().slice(0, 8)}.json`);
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    processStart: readProcess(process.pid)?.start,
    since: new Date().toISOString(),
  };
  try {
    const file = openSync(path, 'wx');
    try {
      writeSync(file, `${JSON.stringify(holder)}\n`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw writeError(error, path);
  }
  return path;
}

/** The first lock other than `own` of a living process; clears away those of dead ones when `own` is given. */
function otherHolder(directory: string, own: string | undefined): OtherLock | undefined {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (!isLockName(name) || path === own) continue;
    const holder = readHolder(path);
    if (holder === 'gone') continue;
    const alive = holder === 'unreadable' ? isFresh(path) : isAlive(holder);
    if (alive) return { path, holder: holder === 'unreadable' ? undefined : holder };
    if (own !== undefined) rmSync(path, { force: true });
  }
  return undefined;
}

function readHolder(path: string): LockHolder | 'unreadable' | 'gone' {
  try {
    const parsed = holderSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : 'unreadable';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

/** A lock without content is being written at this moment, unless its process died exactly then. */
function isFresh(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs < 10_000;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(holder: LockHolder): boolean {
  // Nothing can be known about another machine's processes; the message says how to go on.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    if (errorCode(error) !== 'EPERM') throw error;
  }
  const running = readProcess(holder.pid);
  if (running === undefined) return true;
  return running.alive && (holder.processStart === undefined || holder.processStart === running.start);
}

/**
 * What Linux tells about a process; undefined elsewhere, or when it may not be seen. Fields 3 (state) and 22 (start, in
 * clock ticks since boot) of /proc/PID/stat follow the command, which is in parentheses and may itself contain some.
 */
function readProcess(pid: number): { alive: boolean; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { alive: !['Z', 'X'].includes(fields[0]), start: `${boot}/${fields[19]}` };
  } catch {
    return undefined;
  }
}

function release(path: string): void {
  held.delete(path);
  rmSync(path, { force: true });
}

function releaseAtExit(path: string): void {
  held.add(path);
  if (releasesAtExit) return;
  releasesAtExit = true;
  process.once('exit', () => {
    for (const each of held) rmSync(each, { force: true });
  });
}

function inUse(directory: string, { path, holder }: OtherLock): EnvironmentError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new EnvironmentError(
    'study-in-use',
    `${directory} is in use by ${who}. Wait for it or stop it; if it no longer runs, delete ${path}.`,
    { details: { directory, lock: path, ...holder } },
  );
}
