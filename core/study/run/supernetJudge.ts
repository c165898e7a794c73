import type { Weights } from '../../model/weights.ts';
import { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import { timedPortion } from '../queue/timedPortion.ts';
import type { WorkQueue } from '../queue/workQueue.ts';
import { workThrough } from '../queue/workThrough.ts';
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

/** Judges subnets by the accuracy that they inherit. @param queue evaluates them */
export function supernetJudge({ settings }: Pick<TrainingContext, 'settings'>, queue: WorkQueue<number>): Judge {
  const images = settings.search.evaluationImages;
  return {
    async* judge(candidates) {
      let done = 0;
      for await (const portion of workThrough(candidates.map(({ arch }) => arch), queue)) {
        yield portion.map(({ result }, i) => ({ key: candidates[done + i].key, number: result, images }));
        done += portion.length;
      }
    },
    isWorthSaving: ({ judged }) => judged >= evaluationsPerCheckpoint,
  };
}

/** Evaluates one subnet after the other in this thread, whose engine has all threads. */
export function evaluationHere({ settings, space, classes }: TrainingContext, evaluator: SubnetEvaluator): WorkQueue<number> {
  const images = settings.search.evaluationImages;
  return {
    width: 1, ahead: 1, portion: { least: 1, most: 1 },
    submit: async (archs) => timedPortion(() => archs.map((arch) => evaluator.accuracy(evaluator.extract(space.lower(arch, { classes })), images))),
    close: async () => undefined,
  };
}
