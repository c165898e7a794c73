import { readFile } from 'node:fs/promises';
import { CancelledError, InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { readBatch } from '../../data/batch.ts';
import { batchIndices } from '../../data/order.ts';
import type { Engine } from '../../engine/engine.ts';
import { decodeSafetensors, encodeSafetensors } from '../../model/safetensors.ts';
import type { Weights } from '../../model/weights.ts';
import { smoothedLabels } from '../../training/loss.ts';
import { mixBatch } from '../../training/mix/mixBatch.ts';
import { NetworkTrainer } from '../../training/networkTrainer.ts';
import type { TrainingBatch } from '../../training/supernet/microBatches.ts';
import { errorCode, removeQuietly } from '../files.ts';
import type { Study } from '../folder.ts';
import { safePoint, type RunHooks } from '../run/hooks.ts';
import type { TrainedStudy } from '../trainedStudy.ts';
import { rankPaths, type RankedSubnet } from './record.ts';

export interface Retraining {
  readonly study: Study;
  readonly trained: TrainedStudy;
  readonly engine: Engine;
  readonly steps: number;
  readonly seed: number;
  readonly hooks: Pick<RunHooks, 'signal' | 'gate'> & { readonly onStep?: (step: number, loss: number) => void };
}

/**
 * Trains a subnet from scratch with the study's images and settings, labels alone as targets, from where an earlier
 * process left it. All subnets see the same batches.
 * @returns the weights it is judged by
 * @throws CancelledError with everything saved
 */
export async function retrain({ key, arch }: RankedSubnet, context: Retraining): Promise<Weights> {
  const { trained: { space, settings: { training }, data }, engine, steps, seed, hooks } = context;
  const network = space.lower(space.parse(arch), { classes: data.classes.length });
  const warmupSteps = Math.round(training.warmupSteps * Math.min(1, steps / training.steps));
  const trainer = new NetworkTrainer({ engine, network, settings: { ...training, steps, warmupSteps }, start: { seed: `${seed}/retraining` } });
  await restore(trainer, key, context);
  while (trainer.step < steps) {
    const { step, loss } = trainer.train(batchOf(trainer.step, context));
    hooks.onStep?.(step, loss);
    await safePoint(hooks);
    if (hooks.signal?.aborted) {
      await save(trainer, key, context);
      throw new CancelledError();
    }
    if (step % training.checkpointEverySteps === 0 && step < steps) await save(trainer, key, context);
  }
  return trainer.evaluationWeights;
}

/** Once its subnet's result is written. */
export const removeCheckpoint = (study: Study) => removeQuietly(rankPaths(study).checkpoint);

function batchOf(step: number, { trained, seed }: Retraining): TrainingBatch {
  const { data, settings: { training }, normalisation, augmentation } = trained;
  const { imageSize } = data;
  const classes = data.classes.length;
  const indices = batchIndices(`${seed}/retraining`, step, training.batchSize, data.train.count);
  const { images, labels } = readBatch(data.train, indices, {
    imageSize, normalisation, augmentation: { ...augmentation, seed: `${seed}/retraining`, step },
  });
  const mixed = mixBatch(images, smoothedLabels(labels, classes, training.labelSmoothing), imageSize, training.mix, new Random(`${seed}/retraining/mix/${step}`));
  return { images: mixed.images, labels, imageSize, targets: mixed.targets };
}

async function save(trainer: NetworkTrainer, key: string, { study, steps }: Retraining): Promise<void> {
  await study.writeFile(rankPaths(study).checkpoint, encodeSafetensors(trainer.tensors(), { key, steps: String(steps), step: String(trainer.step) }));
}

/** Does nothing where there is no checkpoint, or one of another subnet. */
async function restore(trainer: NetworkTrainer, key: string, { study, steps }: Retraining): Promise<void> {
  const path = rankPaths(study).checkpoint;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw new InputError('unreadable-checkpoint', `${path}: cannot be read; delete it to train its network from the beginning.`, { cause: error });
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  if (metadata.key === key && metadata.steps === String(steps)) trainer.restore(tensors, { step: Number(metadata.step) });
}
