import { readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { readExports } from '../../study/exportsLog.ts';
import { findExtrapolation } from '../../study/extrapolation.ts';
import { errorCode } from '../../study/files.ts';
import { describeStudy } from '../../study/folder.ts';
import { deviceLabel, deviceOf } from '../../study/library/studyDevices.ts';
import type { StudyRow as LibraryRow } from '../../study/library/studyRow.ts';
import type { StudyLibrary } from '../../study/library/studyLibrary.ts';
import { readSummary } from '../../study/summary.ts';
import type { DataSummary, StudySummary } from '../../study/summary.ts';
import { readText } from '../../study/textFile.ts';
import type { OutputOf } from '../contract/contract.ts';
import type { Job, StudyRow, StudySummaryView } from '../contract/types.ts';

/**
 * A study as its folder tells, together with what its job of this session tells: the fresher of the two counts.
 * @param ownPids processes that this core has started; any other that has the study runs it elsewhere
 */
export function studyRow({ holder, imageFolder: _, ...row }: LibraryRow, job: Job | undefined, ownPids: ReadonlySet<number>): StudyRow {
  const { state, problem } = row;
  const common = { ...row, devices: [...row.devices], tags: [...row.tags], best: row.best.map((best) => ({ ...best })) };
  if (job !== undefined) {
    switch (job.state) {
      case 'queued': return { ...common, state: 'queued', problem: null, runsElsewhere: false };
      case 'starting': case 'running': case 'paused': case 'stopping': return {
        ...common, problem: null, runsElsewhere: false,
        state: job.state === 'starting' ? 'running' : job.state,
        progress: job.phase === null ? row.progress : {
          phase: job.phase, fraction: job.fraction, ...(job.remainingSeconds === null ? {} : { remainingSeconds: job.remainingSeconds }),
        },
      };
      case 'crashed':
        if (holder === null && state === 'interrupted') return { ...common, state: 'crashed', problem: job.failure ?? problem, runsElsewhere: false };
        break;
      case 'failed':
        // A failure before the study could write it down, such as a missing device model.
        if (holder === null && state !== 'finished') return { ...common, state: 'failed', problem: job.failure ?? problem, runsElsewhere: false };
        break;
      case 'done': case 'stopped':
    }
  }
  return { ...common, state, problem, runsElsewhere: holder !== null && !ownPids.has(holder.pid) };
}

/** A study with its text, settings and results. @throws as describeStudy */
export async function studyDetail(library: StudyLibrary, row: StudyRow): Promise<OutputOf<'studies.get'>> {
  const view = await describeStudy(await library.directoryOf(row.id));
  const { pocketformerVersion, node, platform, baseDir } = view.info;
  return {
    row, text: await readText(view.paths.studyFile), settings: view.settings, info: { pocketformerVersion, node, platform, baseDir },
    summary: await summaryOf(view.directory, view.paths.summary),
    exports: await Promise.all((await readExports(view.paths.exports)).map(async (one) =>
      ({ ...one, isMissing: await writtenAt(resolve(view.directory, one.path)) === null }))),
  };
}

/** How to load the device models of a study, by what its row calls them. @throws as describeStudy */
export async function devicesOfStudy(directory: string): Promise<ReadonlyMap<string, () => DeviceModel>> {
  const { settings, info } = await describeStudy(directory);
  return new Map(settings.devices.map((choice) => [deviceLabel(choice), () => deviceOf(choice, info.baseDir)]));
}

async function summaryOf(directory: string, path: string): Promise<StudySummaryView | null> {
  let summary: StudySummary;
  try {
    summary = await readSummary(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'no-summary') return null;
    throw error;
  }
  const { data, result, exported, warnings } = summary;
  return {
    extrapolated: extrapolationsOf(summary),
    data: data && dataView(data), warnings: [...warnings], evaluations: result?.evaluations ?? 0, invalid: result?.invalid ?? 0,
    exported: await Promise.all(exported.map(async (model) => ({ ...model, devices: [...model.devices], time: await writtenAt(resolve(directory, model.path)) }))),
    fronts: (result?.devices ?? []).map(({ device, maxMs, front, hypervolume, referencePoint, progress }) =>
      ({ device, maxMs, front: [...front], hypervolume, referencePoint, progress: [...progress] })),
  };
}

function extrapolationsOf({ result, warnings }: StudySummary): Record<string, string> {
  return Object.fromEntries((result?.devices ?? []).flatMap(({ device }) => {
    const warning = findExtrapolation(device, warnings);
    return warning === undefined ? [] : [[device, warning]];
  }));
}

function dataView({ id: _, classes, skipped, ...data }: DataSummary): StudySummaryView['data'] {
  return { ...data, classes: [...classes], skipped: skipped.map((one) => ({ ...one })) };
}

/** When a file was last written; null where there is none. */
async function writtenAt(path: string): Promise<string | null> {
  try {
    return (await stat(path)).mtime.toISOString();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
    throw error;
  }
}

/**
 * A file inside a study's folder.
 * @param path relative to the folder
 * @throws InputError `outside-study`, `missing-file`
 */
export async function readStudyFileBytes(directory: string, path: string): Promise<OutputOf<'studies.readFile'>> {
  const absolute = resolve(directory, path);
  const inside = relative(directory, absolute);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || resolve(directory, inside) !== join(directory, inside)) {
    throw new InputError('outside-study', `${path}: is not inside the study's folder.`);
  }
  try {
    return { name: basename(absolute), bytes: new Uint8Array(await readFile(absolute)) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error))) {
      throw new InputError('missing-file', `${absolute}: there is no such file any more.`, { cause: error });
    }
    throw error;
  }
}
