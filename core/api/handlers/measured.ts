import { basename, join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { Check } from '../../latency/checks/checks.ts';
import { differenceWords } from '../../latency/checks/matchTarget.ts';
import { judgementText } from '../../latency/checks/verdictText.ts';
import { targetTitle } from '../../latency/measurements/target.ts';
import { architectureId } from '../../search/result.ts';
import { getSpace } from '../../spaces/index.ts';
import { modelState } from '../../study/checks/modelState.ts';
import { newerModel } from '../../study/checks/newerModel.ts';
import { freshChecks } from '../../study/checks/refitOwn.ts';
import { studyChecks, type DeviceChecks } from '../../study/checks/studyChecks.ts';
import { studyDeviceFiles, type StudyDeviceFile } from '../../study/checks/studyDevice.ts';
import { wayOfDevice } from '../../study/checks/wayOfDevice.ts';
import { describeStudy, studyPaths } from '../../study/folder.ts';
import type { StudyRow } from '../../study/library/studyRow.ts';
import { readSummary } from '../../study/summary.ts';
import type { OutputOf } from '../contract/contract.ts';

type MeasuredDevice = OutputOf<'measured.get'>['devices'][number];

/** What a study has measured. @throws as describeStudy; InputError where its device models cannot be loaded */
export async function measuredOf(directory: string): Promise<OutputOf<'measured.get'>> {
  const view = await describeStudy(directory);
  const checks = await studyChecks(view, await deviceModelsOf(view.paths.summary));
  const devices: MeasuredDevice[] = [];
  for (const device of studyDeviceFiles(view)) devices.push(await measuredDevice(device, checks.find((each) => each.device === device.name)));
  return { devices };
}

/** Names of the studies that use a device model. @param path of the model */
export async function studiesWith(rows: readonly Pick<StudyRow, 'directory' | 'name' | 'devices'>[], path: string): Promise<string[]> {
  const names: string[] = [];
  for (const { directory, name, devices } of rows) {
    // Only a study with a device of that name can have that file.
    if (devices.includes(basename(path, '.json')) && await usesModel(directory, path)) names.push(name);
  }
  return names;
}

async function usesModel(directory: string, path: string): Promise<boolean> {
  try {
    return studyDeviceFiles(await describeStudy(directory)).some((device) => device.path === path);
  } catch (error) {
    // Of a damaged study nobody can tell.
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** The job that measures a device's best. @param directory of the study */
export const measuringJobId = (directory: string, device: string): string => join(studyPaths(directory).measured, device);

async function measuredDevice(device: StudyDeviceFile, checks: DeviceChecks | undefined): Promise<MeasuredDevice> {
  const { verdict, text } = modelState(device.model, device.path);
  return {
    device: device.name, path: device.path ?? null, fresh: freshChecks(device.model, device.path), newer: newerModel(device.model, device.path) ?? null, isChanged: checks?.isChanged ?? false, problem: checks?.problem ?? null, obstacle: await obstacleOf(device), state: { verdict, text },
    targets: (checks?.targets ?? []).map(({ target, match, judgement, checks: rows }) => ({
      title: targetTitle(target), isOwn: match?.foreign.length === 0, verdict: judgement?.verdict ?? null, rows: rows.map(rowOf),
      text: judgement !== undefined ? judgementText(judgement) : match === undefined ? 'The device model does not tell what exactly was measured, so it is not judged by this.'
        : `The device model does not speak for this (${differenceWords(match.foreign)}), so it is not judged by it.`,
    })),
  };
}

async function obstacleOf(device: StudyDeviceFile): Promise<string | null> {
  try {
    await wayOfDevice(device);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function rowOf({ of, measurement, latencyMs, lowMs, highMs, errorPercent, isInside, isDoubtful }: Check): MeasuredDevice['targets'][number]['rows'][number] {
  const space = getSpace(of.space);
  const key = space.key(space.parse(of.arch));
  return { id: architectureId(key), key, predictedMs: latencyMs, lowMs, highMs, measuredMs: measurement.latencyMs, errorPercent, isInside, isDoubtful };
}

/** Nothing is known before the study's data were read. */
async function deviceModelsOf(path: string) {
  try {
    return await readSummary(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'no-summary') return {};
    throw error;
  }
}
