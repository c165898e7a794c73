import type { Weights } from '../../model/weights.ts';
import { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import type { TrainingContext } from './context.ts';
import type { Judge } from './judge.ts';

const evaluationsPerCheckpoint = 16;

/** Judges and extracts subnets of a trained supernet with the study's own data and settings. */
export function evaluatorOf({ settings, engine, data, normalisation, augmentation }: TrainingContext, weights: Weights): SubnetEvaluator {
  const { seed, training, search } = settings;
  return new SubnetEvaluator({
    engine, weights, data, normalisation, augmentation, seed, batchSize: training.batchSize,
    calibrationBatches: search.calibrationBatches,
  });
}

/** Judges subnets by the accuracy that they inherit. */
export function supernetJudge({ settings, space, classes }: TrainingContext, evaluator: SubnetEvaluator): Judge {
  const images = settings.search.evaluationImages;
  return {
    async* judge(candidates) {
      for (const { key, arch } of candidates) {
        const network = space.lower(arch, { classes });
        yield [{ key, number: evaluator.accuracy(evaluator.extract(network), images), images }];
      }
    },
    isWorthSaving: ({ judged }) => judged >= evaluationsPerCheckpoint,
  };
}
