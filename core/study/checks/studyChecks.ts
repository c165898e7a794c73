import { PocketformerError } from '../../base/errors.ts';
import type { TargetChecks } from '../../latency/checks/checks.ts';
import { judge, type Judgement } from '../../latency/checks/judge.ts';
import { modelHash } from '../../latency/modelHash.ts';
import { getSpace } from '../../spaces/index.ts';
import type { StudyDescription } from '../folder.ts';
import type { StudySummary } from '../summary.ts';
import { judgeStudyDevice } from './judgeStudyDevice.ts';
import type { MeasuredByKey, MeasuredLatency } from '../measuredLatency.ts';
import { studyDeviceFiles, type StudyDeviceFile } from './studyDevice.ts';

/** What a study has measured for one of its devices. */
export interface DeviceChecks {
  readonly device: string;
  /** Each target by itself, that of the device model among others that it does not speak for. */
  readonly targets: readonly (TargetChecks & { readonly judgement: Judgement | undefined })[];
  /** The device's model is another than the one that the study's latencies are of. */
  readonly isChanged: boolean;
  /** Why its measurements cannot be read. */
  readonly problem?: string;
}

/** Devices of which nothing was measured, and whose model is the search's own, are left out. @throws InputError where the study's device models cannot be loaded */
export async function studyChecks(study: Pick<StudyDescription, 'paths' | 'settings' | 'info'>, summary: Pick<StudySummary, 'deviceModels'>): Promise<DeviceChecks[]> {
  const all: DeviceChecks[] = [];
  for (const device of studyDeviceFiles(study)) all.push({ ...await checksOfDevice(study, device), isChanged: isChanged(device, summary) });
  return all.filter(({ targets, isChanged: changed, problem }) => targets.length > 0 || changed || problem !== undefined);
}

async function checksOfDevice(study: Pick<StudyDescription, 'paths' | 'settings'>, device: StudyDeviceFile): Promise<Omit<DeviceChecks, 'isChanged'>> {
  try {
    const { groups } = await judgeStudyDevice(study, device);
    return { device: device.name, targets: groups.map((group) => ({ ...group, judgement: judge(device.model, group) })) };
  } catch (error) {
    // One damaged session does not hide the study's fronts.
    if (!(error instanceof PocketformerError)) throw error;
    return { device: device.name, targets: [], problem: error.message };
  }
}

function isChanged({ name, model }: StudyDeviceFile, { deviceModels }: Pick<StudySummary, 'deviceModels'>): boolean {
  const searched = deviceModels?.[name];
  return searched !== undefined && searched !== modelHash(model);
}

/** What was measured on the device model's own target, by device and the space's key. */
export function measuredByKey(checks: readonly DeviceChecks[]): MeasuredByKey {
  return new Map(checks.map(({ device, targets }) => [device, new Map(targets.filter(({ match }) => match?.foreign.length === 0)
    .flatMap((group) => group.checks.map(({ of, measurement, isDoubtful }): [string, MeasuredLatency] => {
      const space = getSpace(of.space);
      return [space.key(space.parse(of.arch)), { ms: measurement.latencyMs, isDoubtful }];
    })))]));
}
