import { InputError } from '../base/errors.ts';
import type { StudySettings, TrainedStudySettings } from './studyFile.ts';

/**
 * The settings of a study that trains, for what looks at trained weights.
 * @param of what the message names, such as the study's folder
 * @throws InputError `training-free-study`
 */
export function requireTraining(settings: StudySettings, of: string): TrainedStudySettings {
  if (settings.scoring === undefined) return settings;
  throw new InputError('training-free-study', `${of}: trains nothing, it ranks by the score ${settings.scoring.proxy}; a study with trained weights is needed.`);
}
