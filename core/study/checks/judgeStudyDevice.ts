import { checksOf, type TargetChecks } from '../../latency/checks/checks.ts';
import type { Judgement } from '../../latency/checks/judge.ts';
import type { StudyDescription } from '../folder.ts';
import { judgementsOf } from './modelChecks.ts';
import { studyMeasurements } from './sessions.ts';
import type { StudyDeviceFile } from './studyDevice.ts';

/** What a study has measured of its best for one of its devices. */
export interface JudgedDevice {
  /** By target, those that the device model speaks for among them. */
  readonly groups: readonly TargetChecks[];
  /** Of the target that was measured last. */
  readonly latest: { readonly group: TargetChecks; readonly judgement: Judgement } | undefined;
}

/** @throws InputError as `studyMeasurements` */
export async function judgeStudyDevice(study: Pick<StudyDescription, 'paths' | 'settings'>, { name, model }: StudyDeviceFile): Promise<JudgedDevice> {
  const placed = await studyMeasurements(study, name);
  return { groups: checksOf(model, placed), latest: judgementsOf(model, placed).at(0) };
}
