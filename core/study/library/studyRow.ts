import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf, PocketformerError } from '../../base/errors.ts';
import { accuracyObjective, oriented } from '../../search/objective.ts';
import type { Objective } from '../../search/objective.ts';
import { errorCode } from '../files.ts';
import { studyPaths } from '../folder.ts';
import { isLockName, studyLockHolder } from '../lock.ts';
import type { LockHolder } from '../lock.ts';
import { objectiveOf } from '../objectiveOf.ts';
import { parseStudyFile } from '../studyFile.ts';
import type { StudySettings } from '../studyFile.ts';
import { readStudyInfo } from '../studyInfo.ts';
import type { StudyInfo } from '../studyInfo.ts';
import { readText } from '../textFile.ts';
import { failureOf, progressOf, readTellingTail } from './eventsTail.ts';
import type { StudyProgress } from './eventsTail.ts';
import { metadataName, readMetadata } from './metadata.ts';
import type { StudyMetadata } from './metadata.ts';
import { deviceLabel } from './studyDevices.ts';

export type StudyState = 'created' | 'running' | 'interrupted' | 'failed' | 'finished';

export interface StudyProblem {
  readonly code: string;
  readonly message: string;
}

/** The best that a study found for one device. */
export interface BestOfDevice {
  readonly device: string;
  readonly frontSize: number;
  /** In ms x value. */
  readonly hypervolume: number;
  /** Highest value on the front, and what it costs. */
  readonly value: number;
  readonly latencyMs: number;
}

/** What a list of studies shows of one. */
export interface StudyRow {
  readonly id: string;
  /** Absolute. */
  readonly directory: string;
  readonly name: string;
  readonly space: string;
  readonly devices: readonly string[];
  readonly state: StudyState;
  /** The living process that has the study; null when none has. */
  readonly holder: LockHolder | null;
  /** ISO times; empty for a study whose description cannot be read. */
  readonly created: string;
  readonly updated: string;
  readonly seed: number;
  readonly engine: string | null;
  readonly tags: readonly string[];
  readonly archived: boolean;
  /** What it makes large; null while its settings cannot be read. */
  readonly objective: Objective | null;
  readonly progress: StudyProgress | null;
  readonly best: readonly BestOfDevice[];
  /** Of a linear classifier on the same pixels, 0 to 1. */
  readonly linearAccuracy: number | null;
  readonly imageSize: number | null;
  /** Absolute, of the folder that the settings take images from; null where they take none. */
  readonly imageFolder: string | null;
  /** The same where it is not there at the moment. */
  readonly missingImages?: string;
  /** Why the study cannot be read, or failed. */
  readonly problem: StudyProblem | null;
}

/** What the list takes from results/summary.json. */
const summaryExcerptSchema = z.object({
  data: z.object({ imageSize: z.number(), linearAccuracy: z.number().optional() }).nullable(),
  result: z.object({
    devices: z.array(z.object({
      device: z.string(),
      hypervolume: z.number(),
      front: z.array(z.object({ accuracy: z.number().optional(), score: z.number().optional(), latencyMs: z.number() })),
    })),
  }).nullable(),
});
type SummaryExcerpt = z.output<typeof summaryExcerptSchema>;
type ExcerptDevice = NonNullable<SummaryExcerpt['result']>['devices'][number];

/** Stable name of the study in a folder: the same for the same absolute path. */
export function studyIdOf(directory: string): string {
  return createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 12);
}

/** Whether a folder is, or once was, that of a study. */
export function looksLikeStudy(names: readonly string[]): boolean {
  return names.includes('study.json') || (names.includes('study.yaml') && names.includes('events.ndjson'));
}

interface Known {
  readonly signature: string;
  readonly row: StudyRow;
  readonly mayBeHeld: boolean;
}

/** Two writes within this time may leave a file with the same time: what was read so soon after a write is read again. */
const restlessMs = 2000;

const unavailableCodes = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'];

/** Reads studies for lists, and reads again only those whose files have changed. */
export class StudyRowReader {
  readonly #known = new Map<string, Known>();

  /** @returns undefined when the folder is not a study (any more), or may not be looked into. */
  async read(directory: string): Promise<StudyRow | undefined> {
    try {
      return await this.#read(directory);
    } catch (error) {
      // It vanished while it was looked at, as studies do that are thrown away.
      if (!unavailableCodes.includes(errorCode(error))) throw error;
      this.#known.delete(directory);
      return undefined;
    }
  }

  async #read(directory: string): Promise<StudyRow | undefined> {
    const seen = await signatureOf(directory);
    if (seen === undefined) {
      this.#known.delete(directory);
      return undefined;
    }
    let known = this.#known.get(directory);
    if (known === undefined || known.signature !== seen.signature) {
      const names = await readdir(directory);
      if (!looksLikeStudy(names)) return undefined;
      known = { signature: seen.signature, row: await readRow(directory, seen.newestMs), mayBeHeld: names.some(isLockName) };
      if (Date.now() - seen.newestMs > restlessMs) this.#known.set(directory, known);
      else this.#known.delete(directory);
    }
    return withImages(known.mayBeHeld ? withHolder(known.row, holderOf(directory)) : withHolder(known.row, undefined));
  }

  forget(directory: string): void {
    this.#known.delete(directory);
  }
}

/** The process that has a study, if it is another one than this. */
export function holderOf(directory: string): LockHolder | undefined {
  const holder = studyLockHolder(directory);
  return holder?.pid === process.pid ? undefined : holder;
}

function withHolder(row: StudyRow, holder: LockHolder | undefined): StudyRow {
  if (row.state === 'finished' || row.problem?.code === 'damaged-study') return { ...row, holder: holder ?? null };
  if (holder) return { ...row, state: 'running', holder, problem: null };
  if (row.state !== 'running') return row;
  return { ...row, state: 'interrupted', progress: row.progress && withoutEta(row.progress) };
}

/** Folders come and go without a change of the study. */
function withImages(row: StudyRow): StudyRow {
  return row.imageFolder === null || existsSync(row.imageFolder) ? row : { ...row, missingImages: row.imageFolder };
}

const withoutEta = ({ phase, fraction }: StudyProgress): StudyProgress => ({ phase, fraction });

/** Times and sizes of everything that a row is made of; undefined when there is no such folder. */
async function signatureOf(directory: string): Promise<{ signature: string; newestMs: number } | undefined> {
  const { studyFile, info, events, summary } = studyPaths(directory);
  const all = [directory, studyFile, info, events, summary, join(directory, metadataName)];
  const stats = await Promise.all(all.map((path) => stat(path).catch((error: unknown) => {
    if (unavailableCodes.includes(errorCode(error))) return undefined;
    throw error;
  })));
  if (!stats[0]?.isDirectory()) return undefined;
  const signature = stats.map((each) => (each ? `${each.mtimeMs}:${each.size}` : '-')).join(' ');
  // Of the folder, its files' times tell when the study changed; its own changes with every lock.
  return { signature, newestMs: Math.max(0, ...stats.slice(1).map((each) => each?.mtimeMs ?? 0), stats[0].mtimeMs) };
}

async function readRow(directory: string, changedMs: number): Promise<StudyRow> {
  const paths = studyPaths(directory);
  const problems: StudyProblem[] = [];
  const attempt = async <T>(reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      problems.push(problemOf(error));
      return undefined;
    }
  };
  const info = await attempt(readStudyInfo(paths.info, directory));
  const settings = await attempt(readText(paths.studyFile).then((text) => parseStudyFile(text, paths.studyFile)));
  const events = await attempt(readTellingTail(paths.events)) ?? [];
  const summary = await attempt(readExcerpt(paths.summary));
  const metadata = await attempt(readMetadata(directory));
  const failure = info?.status === 'failed' ? failureOf(events) : undefined;
  return rowOf(directory, {
    info, settings, summary, metadata,
    updated: events.at(-1)?.time ?? info?.created ?? new Date(changedMs).toISOString(),
    progress: settings && info && info.status !== 'created' ? progressOf(events, settings) : null,
    problem: problems[0] ?? failure ?? null,
  });
}

interface Parts {
  readonly info: StudyInfo | undefined;
  readonly settings: StudySettings | undefined;
  readonly summary: SummaryExcerpt | undefined;
  readonly metadata: StudyMetadata | undefined;
  readonly updated: string;
  readonly progress: StudyProgress | null;
  readonly problem: StudyProblem | null;
}

function bestOf({ device, hypervolume, front }: ExcerptDevice, objective: Objective): BestOfDevice[] {
  const points = front.map(({ accuracy, score, latencyMs }) => ({ latencyMs, value: oriented(objective, accuracy ?? score ?? NaN) }));
  const best = points.reduce<typeof points[number] | undefined>((a, b) => (a && a.value >= b.value ? a : b), undefined);
  return best ? [{ device, hypervolume, frontSize: front.length, ...best }] : [];
}

function rowOf(directory: string, { info, settings, summary, metadata, updated, progress, problem }: Parts): StudyRow {
  const objective = settings ? objectiveOf(settings) : null;
  return {
    id: studyIdOf(directory), directory,
    name: info?.name ?? settings?.name ?? basename(directory),
    space: settings?.space ?? '',
    devices: (settings?.devices ?? []).map(deviceLabel),
    // Without its description, or without its settings, a study can only be looked at.
    state: info === undefined || settings === undefined ? 'failed' : info.status,
    holder: null,
    created: info?.created ?? '', updated,
    seed: info?.seed ?? settings?.seed ?? 0, engine: info?.engine ?? null,
    tags: metadata?.tags ?? [], archived: metadata?.archived ?? false,
    progress,
    objective, best: (summary?.result?.devices ?? []).flatMap((device) => bestOf(device, objective ?? accuracyObjective)),
    linearAccuracy: summary?.data?.linearAccuracy ?? null,
    imageSize: summary?.data?.imageSize ?? settings?.data?.imageSize ?? null,
    imageFolder: settings?.data?.kind === 'folder' && info ? resolve(info.baseDir, settings.data.path) : null,
    problem,
  };
}

/** The row of a study whose folder cannot be found at the moment. */
export function missingRow(directory: string): StudyRow {
  const problem = {
    code: 'missing-study',
    message: `${directory}: is not there, or holds no study any more. Connect its disk, or take it off the list.`,
  };
  return rowOf(directory, {
    info: undefined, settings: undefined, summary: undefined, metadata: undefined, updated: '', progress: null, problem,
  });
}

async function readExcerpt(path: string): Promise<SummaryExcerpt | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
  const parsed = summaryExcerptSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new PocketformerError('damaged-summary', `${path}: is not a study's summary; was it edited?`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(error: unknown): StudyProblem {
  return { code: error instanceof PocketformerError ? error.code : errorCode(error) || 'unreadable', message: messageOf(error) };
}
