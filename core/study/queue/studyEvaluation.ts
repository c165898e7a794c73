import type { EngineInfo } from '../../engine/engine.ts';
import { SubnetView } from '../../model/subnet.ts';
import { InputError } from '../../base/errors.ts';
import { evaluationWeights } from '../../training/supernet/trainer.ts';
import type { StudyView } from '../folder.ts';
import { loadTrainedStudy } from '../trainedStudy.ts';
import { describeEvaluation, type DescribedWork } from './chunks/describeWork.ts';
import type { EvaluateWork } from './chunks/work.ts';

/**
 * Evaluation of architectures with what a study's supernet has learned, as the study's own search does it.
 * @throws InputError `not-in-supernet` for architectures that the supernet has no weights for, and as `loadTrainedStudy`
 */
export async function describeStudyEvaluation(
  study: StudyView, archs: readonly unknown[], engine: Pick<EngineInfo, 'id' | 'threads'>,
): Promise<DescribedWork<EvaluateWork>> {
  const { data, space, settings: { training, search, seed }, checkpoint, ...images } = await loadTrainedStudy(study);
  try {
    const classes = data.classes.length;
    const weights = evaluationWeights(space.lower(space.largest, { classes, supernet: true }), checkpoint.tensors);
    for (const arch of archs) {
      try {
        new SubnetView(weights, space.lower(arch, { classes }));
      } catch (cause) {
        if (cause instanceof RangeError) throw new InputError('not-in-supernet', `${study.directory}: its supernet has no weights for ${space.key(arch)}. ${cause.message}`, { cause });
        throw cause;
      }
    }
    return describeEvaluation({
      ...images, data, weights, seed, engine, space: space.id, batchSize: training.batchSize, calibrationBatches: search.calibrationBatches, images: search.evaluationImages,
    });
  } finally {
    data.close();
  }
}
