import type { RunHooks } from '../run/hooks.ts';
import { recordFailure } from '../run/runStudy.ts';
import { finishTraining } from './finishTraining.ts';
import { prepareNetworkTraining } from './trainingContext.ts';
import type { TrainingRun } from './trainingFolder.ts';
import { readTrainingResult, type TrainingResult } from './trainingResult.ts';
import { trainNetwork } from './trainNetwork.ts';

export interface TrainingSurroundings {
  /** Where decoded images are kept, which several trainings may share; by default in the training's folder. */
  readonly cacheDir?: string;
}

/**
 * Does everything that is left of a training: reads the data, trains, judges, exports. What was done before is taken from the checkpoints,
 * and the outcome is the same as if it had never been interrupted; a finished training is only read. The caller holds the training and
 * closes it.
 * @throws CancelledError after `hooks.signal`, with everything saved; InputError and EnvironmentError of its parts
 */
export async function runTraining(training: TrainingRun, hooks: RunHooks = {}, surroundings: TrainingSurroundings = {}): Promise<TrainingResult> {
  const known = training.info.status === 'finished' ? await readTrainingResult(training.paths) : undefined;
  if (known) return known;
  try {
    const context = await prepareNetworkTraining(training, hooks, surroundings.cacheDir);
    try {
      const result = await finishTraining(context, await trainNetwork(context));
      training.events.append({ kind: 'finished' });
      await training.update({ status: 'finished' });
      return result;
    } finally {
      context.data.close();
    }
  } catch (error) {
    await recordFailure(training, error);
    throw error;
  }
}
