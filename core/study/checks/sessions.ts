import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { PlacedMeasurement } from '../../latency/measurements/parseMeasurements.ts';
import type { ModelToMeasure } from '../../latency/profilers/profiler.ts';
import { entrySchema, type SessionStart } from '../../latency/protocol/entries.ts';
import type { ProtocolSettings } from '../../latency/protocol/settings.ts';
import { namesIn } from '../files.ts';
import type { StudyDescription } from '../folder.ts';
import { replay, sessionPaths } from '../measuring/sessionFolder.ts';
import { readMeasurements } from '../readMeasurements.ts';
import { readRecords } from '../recordLog.ts';

type StudyPlace = Pick<StudyDescription, 'paths' | 'settings'>;

/** Folders of the sessions that measured a study's models for one of its devices, oldest first. */
export async function sessionFolders({ paths }: StudyPlace, device: string): Promise<string[]> {
  const folder = join(paths.measured, device);
  return (await namesIn(folder)).filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b)).map((name) => join(folder, name));
}

/**
 * Where the next session of these models belongs: the folder of the last one where it waits to go on with the same models
 * and settings, otherwise a new one.
 */
export async function nextSessionFolder(
  study: StudyPlace, device: string, models: readonly ModelToMeasure[], settings: ProtocolSettings, seed: number,
): Promise<{ readonly folder: string; readonly isNew: boolean }> {
  const folders = await sessionFolders(study, device);
  const last = folders.at(-1);
  if (last === undefined) return { folder: join(study.paths.measured, device, '1'), isNew: true };
  const start = await startOf(last);
  const goesOn = start === undefined || (await isWaiting(last) && start.seed === seed && JSON.stringify(start.settings) === JSON.stringify(settings)
    && JSON.stringify(start.models) === JSON.stringify(models.map(({ sha256 }) => sha256)));
  return goesOn ? { folder: last, isNew: start === undefined } : { folder: following(last), isNew: true };
}

/** The folder after one that turned out to be of another device. */
export function following(folder: string): string {
  return join(folder, '..', String(Number(/(\d+)$/.exec(folder)?.[1]) + 1));
}

async function isWaiting(folder: string): Promise<boolean> {
  const { entries: path } = sessionPaths(folder);
  const { records } = await readRecords(path, entrySchema);
  const next = replay(records, path).next();
  return next.kind !== 'end' || next.why !== 'done' || !existsSync(sessionPaths(folder).measurements);
}

/**
 * All that was measured of a study's models for one of its devices, whatever it was measured on.
 * @throws InputError as `parseMeasurements`; `wrong-model` for a measurement of a file that its session did not measure, or of
 * another space
 */
export async function studyMeasurements(study: StudyPlace, device: string): Promise<PlacedMeasurement[]> {
  const placed: PlacedMeasurement[] = [];
  for (const folder of await sessionFolders(study, device)) {
    const { measurements } = sessionPaths(folder);
    const start = await startOf(folder);
    // A session that ended before any model had all its rounds has written an empty list.
    if (start === undefined || !existsSync(measurements) || statSync(measurements).size === 0) continue;
    const read = await readMeasurements([measurements]);
    for (const each of read) requireOfSession(each, start, study.settings.space);
    placed.push(...read);
  }
  return placed;
}

function requireOfSession({ measurement: { model: { sha256 }, session, of }, place }: PlacedMeasurement, start: SessionStart, space: string): void {
  if (session !== start.id) throw new InputError('wrong-model', `${place}: is of the session ${session ?? 'none'}, but lies in the folder of ${start.id}.`);
  if (sha256 === undefined || !start.models.includes(sha256)) {
    throw new InputError('wrong-model', `${place}: model.sha256 is ${sha256 ?? 'missing'}, which is no file that this session measured.`);
  }
  if (of.kind !== 'network' || of.space !== space) throw new InputError('wrong-model', `${place}: is of no network of the study's space ${space}.`);
}

async function startOf(folder: string): Promise<SessionStart | undefined> {
  const { records: [first] } = await readRecords(sessionPaths(folder).entries, entrySchema);
  return first?.type === 'session' ? first : undefined;
}
