import type { Augmentation } from '../../data/augment.ts';
import type { ImageSet } from '../../data/imageSet.ts';
import type { Normalisation } from '../../data/normalisation.ts';
import type { Engine } from '../../engine/engine.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import type { TargetDevice } from '../../search/problem.ts';
import type { Study } from '../folder.ts';
import type { StudySummary } from '../summary.ts';
import type { RunHooks } from './hooks.ts';

export interface StudyDevice extends TargetDevice {
  readonly model: DeviceModel;
}

/** Everything the phases of a run share. */
export interface RunContext {
  readonly study: Study;
  readonly hooks: RunHooks;
  readonly engine: Engine;
  readonly space: SearchSpace;
  readonly devices: readonly StudyDevice[];
  readonly data: ImageSet;
  readonly normalisation: Normalisation;
  readonly augmentation: Augmentation;
  summary: StudySummary;
}

/** Tells a warning and keeps it in the study's history. */
export function warn({ study, hooks }: Pick<RunContext, 'study' | 'hooks'>, code: string, message: string): void {
  study.events.append({ kind: 'warning', code, message });
  hooks.onMessage?.(message, 'warning');
}
