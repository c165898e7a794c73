import { freshWeights } from '../../model/freshWeights.ts';
import type { Study } from '../folder.ts';
import { scoreJudge } from '../scoring/scoreJudge.ts';
import type { TrainingFreeStudySettings } from '../studyFile.ts';
import type { StudySummary } from '../summary.ts';
import { bestByScore } from './bestByScore.ts';
import { exportPhase } from './exportPhase.ts';
import type { RunHooks } from './hooks.ts';
import { queueOf } from './queueOf.ts';
import { prepareScoring, startStudyEngine } from './prepareRun.ts';
import { searchPhase } from './searchPhase.ts';
import { beginningWith, searchProblem } from './searchProblem.ts';
import type { SearchStart } from './searchProblem.ts';
import { writeResults, writeSummary } from './writeResults.ts';

/** Searches by a score instead of accuracies, and exports what it finds with untrained weights. */
export async function runTrainingFree(
  study: Study, settings: TrainingFreeStudySettings, hooks: RunHooks, earlier: SearchStart['earlier'],
): Promise<StudySummary> {
  const context = await prepareScoring(study, settings, hooks);
  const judge = scoreJudge({ ...context, queue: queueOf(settings, hooks) });
  try {
    const bare = searchProblem(context);
    const problem = beginningWith(context, bare, { earlier, remembered: [], scored: await bestByScore(context, bare) });
    const state = await searchPhase(context, problem, judge);
    const result = await writeResults(context, problem, state);
    await judge.close();
    if (settings.export.perDevice === 0) return context.summary;
    const engine = await startStudyEngine(study);
    const exported = await exportPhase(context, result, (network) => ({
      weights: freshWeights(network, settings.seed, engine), accuracy: null, weightsOrigin: 'untrained',
    }), engine, context.images);
    await writeSummary(context, { ...context.summary, engine: engine.info.id, exported });
    return context.summary;
  } finally {
    await judge.close();
    context.images?.data.close();
  }
}
