import { CancelledError } from '../base/errors.ts';
import { runTraining } from '../study/networkTraining/runTraining.ts';
import type { TrainingRun } from '../study/networkTraining/trainingFolder.ts';
import type { Surroundings } from './command.ts';
import { StudyProgress } from './studyProgress.ts';
import { quoted } from './studyRun.ts';
import { printTraining } from './trainingReport.ts';

/**
 * Does what is left of a training while showing its progress, prints what was found, and closes the training.
 * @throws CancelledError after a stop request, saying how to go on; what runTraining throws
 */
export async function followTraining(training: TrainingRun, surroundings: Surroundings): Promise<void> {
  const signal = surroundings.stopSignal();
  const progress = new StudyProgress(surroundings);
  try {
    const result = await runTraining(training, {
      signal, onProgress: (report) => progress.update(report), onMessage: (message) => progress.message(message),
    });
    progress.finish();
    await printTraining(training, result, surroundings);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    throw new CancelledError(`Stopped on request, with everything saved. To go on: pocketformer resume ${quoted(training.directory)}`);
  } finally {
    progress.finish();
    training.close();
  }
}
