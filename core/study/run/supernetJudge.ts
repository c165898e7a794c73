import type { Weights } from '../../model/weights.ts';
import { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import { evaluationElsewhere } from '../queue/elsewhere.ts';
import { timedPortion } from '../queue/timedPortion.ts';
import type { WorkQueue } from '../queue/workQueue.ts';
import { workThrough } from '../queue/workThrough.ts';
import type { TrainingContext } from './context.ts';
import type { Judge } from './judge.ts';
import { queueOf } from './queueOf.ts';

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

/** What evaluates a study's subnets: the workers of its queue, or this thread. @throws as `queueOf` and `evaluationElsewhere` */
export async function evaluationQueue(context: TrainingContext, weights: Weights, evaluator: SubnetEvaluator): Promise<WorkQueue<number>> {
  const { settings, space, hooks, engine } = context;
  const queue = queueOf(settings, hooks);
  if (queue === undefined) return evaluationHere(context, evaluator);
  const { seed, training: { batchSize }, search: { calibrationBatches, evaluationImages: images } } = settings;
  return evaluationElsewhere(queue, { ...context, space: space.id, weights, seed, batchSize, calibrationBatches, images, engine: engine.info });
}

/** Evaluates one subnet after the other in this thread, whose engine has all threads. */
function evaluationHere({ settings, space, classes }: TrainingContext, evaluator: SubnetEvaluator): WorkQueue<number> {
  const images = settings.search.evaluationImages;
  return {
    width: 1, ahead: 1, portion: { least: 1, most: 1 },
    submit: async (archs) => timedPortion(() => archs.map((arch) => evaluator.accuracy(evaluator.extract(space.lower(arch, { classes })), images))),
    close: async () => undefined,
  };
}
