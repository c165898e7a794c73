import type { EngineInfo } from '../../engine/engine.ts';
import { evaluationWeights } from '../../training/supernet/trainer.ts';
import type { StudyView } from '../folder.ts';
import { requirePart } from '../inheritNetwork.ts';
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
    for (const arch of archs) requirePart(weights, space.lower(arch, { classes }), `${study.directory}: its supernet has no weights for ${space.key(arch)}`);
    return describeEvaluation({
      ...images, data, weights, seed, engine, space: space.id, batchSize: training.batchSize, calibrationBatches: search.calibrationBatches, images: search.evaluationImages,
    });
  } finally {
    data.close();
  }
}
