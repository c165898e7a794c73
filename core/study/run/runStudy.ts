import { CancelledError, messageOf, PocketformerError } from '../../base/errors.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchProblem } from '../../search/problem.ts';
import type { SearchState } from '../../search/state.ts';
import type { Study } from '../folder.ts';
import type { WorkQueue } from '../queue/workQueue.ts';
import { readSummary, type StudySummary } from '../summary.ts';
import { readEarlierStudies } from '../warmStart.ts';
import { bestByScore } from './bestByScore.ts';
import { exportPhase } from './exportPhase.ts';
import type { TrainingContext } from './context.ts';
import type { RunHooks } from './hooks.ts';
import { prepareTraining } from './prepareRun.ts';
import { runTrainingFree } from './runTrainingFree.ts';
import { searchPhase } from './searchPhase.ts';
import { beginningWith, searchProblem } from './searchProblem.ts';
import type { SearchStart } from './searchProblem.ts';
import { evaluationQueue, evaluatorOf, supernetJudge } from './supernetJudge.ts';
import { trainingPhase } from './trainingPhase.ts';
import { writeResults, writeSummary } from './writeResults.ts';

/**
 * Does everything that is left of a study: reads the data, trains or scores, searches, exports. What was done before is taken
 * from the checkpoints, and the outcome is the same as if it had never been interrupted; a finished study is only read.
 * The caller holds the study and closes it.
 *
 * @throws CancelledError after `hooks.signal`, with everything saved; InputError and EnvironmentError of the phases
 */
export async function runStudy(study: Study, hooks: RunHooks = {}): Promise<StudySummary> {
  if (study.info.status === 'finished') return readSummary(study.paths.summary);
  try {
    const earlier = await earlierStudies(study);
    const { settings } = study;
    const summary = settings.scoring === undefined ? await runTrained(study, hooks, earlier) : await runTrainingFree(study, settings, hooks, earlier);
    study.events.append({ kind: 'finished' });
    await study.update({ status: 'finished' });
    return summary;
  } catch (error) {
    await recordFailure(study, error);
    throw error;
  }
}

/** Trains a supernet, searches by what subnets inherit, and exports them with it. */
async function runTrained(study: Study, hooks: RunHooks, earlier: SearchStart['earlier']): Promise<StudySummary> {
  const context = await prepareTraining(study, hooks);
  try {
    const { weights, remembered } = await trainingPhase(context);
    const evaluator = evaluatorOf(context, weights);
    const bare = searchProblem(context);
    const problem = beginningWith(context, bare, { earlier, remembered, scored: await bestByScore(context, bare) });
    const state = await searchWith(context, problem, await evaluationQueue(context, weights, evaluator));
    const result = await writeResults(context, problem, state);
    const exported = await exportPhase(context, result, (network) => {
      const extracted = evaluator.extract(network);
      return { weights: extracted, accuracy: evaluator.accuracy(extracted), classNames: context.data.classes, normalisation: context.normalisation };
    }, context.engine, context);
    await writeSummary(context, { ...context.summary, exported });
    return context.summary;
  } finally {
    context.data.close();
  }
}

async function searchWith(context: TrainingContext, problem: SearchProblem<unknown>, queue: WorkQueue<number>): Promise<SearchState<unknown>> {
  try {
    return await searchPhase(context, problem, supernetJudge(context, queue));
  } finally {
    await queue.close();
  }
}

/**
 * What the search is to begin with is read before anything else, since nobody wants to learn after hours that a folder is
 * missing. A search that has begun holds its initial population; only those of later latency windows are still to come.
 */
async function earlierStudies(study: Study): Promise<SearchStart['earlier']> {
  const { settings: { search: { warmStart, selection }, space }, info } = study;
  if (warmStart.length === 0) return [];
  if (selection !== 'budget' && await study.loadLatestCheckpoint({ phase: 'search' })) return [];
  return readEarlierStudies(warmStart, info.baseDir, getSpace(space));
}

/** Notes how a run ended that did not finish; on a full disk even that can fail, and then the first failure is the one to report. */
export async function recordFailure(study: Pick<Study, 'events' | 'update'>, error: unknown): Promise<void> {
  try {
    if (error instanceof CancelledError) {
      study.events.append({ kind: 'interrupted', reason: error.message });
      await study.update({ status: 'interrupted' });
    } else {
      study.events.append({ kind: 'failed', code: error instanceof PocketformerError ? error.code : 'unexpected', message: messageOf(error) });
      await study.update({ status: 'failed' });
    }
  } catch (second) {
    if (!(second instanceof PocketformerError)) throw second;
  }
}
