import type { Augmentation } from '../../data/augment.ts';
import type { ImageSet } from '../../data/imageSet.ts';
import type { Normalisation } from '../../data/normalisation.ts';
import type { Engine } from '../../engine/engine.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import type { Objective } from '../../search/objective.ts';
import type { TargetDevice } from '../../search/problem.ts';
import type { Study } from '../folder.ts';
import type { TrainedStudySettings, TrainingFreeStudySettings } from '../studyFile.ts';
import type { StudySummary } from '../summary.ts';
import type { RunHooks } from './hooks.ts';

export interface StudyDevice extends TargetDevice {
  readonly model: DeviceModel;
  /** Of a model of one's own. */
  readonly path?: string;
}

/** Everything the phases of a run share. */
export interface RunContext {
  readonly study: Study;
  readonly hooks: RunHooks;
  readonly space: SearchSpace;
  readonly devices: readonly StudyDevice[];
  /** Of the images or, where there are none, of the space's published task. */
  readonly classes: number;
  readonly objective: Objective;
  summary: StudySummary;
}

/** A run's images. */
export interface RunData {
  readonly data: ImageSet;
  readonly normalisation: Normalisation;
  readonly augmentation: Augmentation;
}

/** The same of a study that trains. */
export interface TrainingContext extends RunContext, RunData {
  readonly settings: TrainedStudySettings;
  readonly engine: Engine;
}

/** The same of a study that scores; without images where its score needs none. */
export interface ScoringRun extends RunContext {
  readonly settings: TrainingFreeStudySettings;
  readonly images: RunData | undefined;
}

/** A study, or a training, whose history warnings go to. */
export interface WarnedStudy {
  readonly events: { append(event: Parameters<Study['events']['append']>[0]): unknown };
}

/** Tells a warning and keeps it in the study's history. */
export function warn({ study, hooks }: { readonly study: WarnedStudy; readonly hooks: RunHooks }, code: string, message: string): void {
  study.events.append({ kind: 'warning', code, message });
  hooks.onMessage?.(message, 'warning');
}
