import { availableParallelism } from 'node:os';
import type { Candidate } from '../../search/evolution.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import type { RunData } from '../run/context.ts';
import type { Judge, Judged } from '../run/judge.ts';
import type { TrainingFreeStudySettings } from '../studyFile.ts';
import type { ScoringPlan } from './plan.ts';
import { ScoringThreads } from './scoringThreads.ts';
import { studyPlan } from './studyPlan.ts';
import { makeScorer, needsEngine } from './studyScorer.ts';
import type { ScorerOptions } from './studyScorer.ts';

/** How often a checkpoint is written: what is lost with a killed process is scored again in so long. */
const saveEveryMs = 2000;
/** How long a portion should take: long enough for messages not to count, short enough to stop soon. */
const portionMs = 150;
const mostPerPortion = 256;

export interface ScoreJudge extends Judge {
  close(): Promise<void>;
}

/** What a study scores with. */
export interface ScoringContext {
  readonly settings: TrainingFreeStudySettings;
  readonly space: SearchSpace;
  readonly classes: number;
  /** Where the score looks at images. */
  readonly images: Pick<RunData, 'data' | 'normalisation'> | undefined;
}

/**
 * Judges architectures by the study's score, on as many threads as the study has processors. Threads start when they are first
 * needed. One processor scores in this thread.
 */
export function scoreJudge(context: ScoringContext): ScoreJudge {
  let workers: Promise<Workers> | undefined;
  let msEach = portionMs;
  return {
    async* judge(candidates) {
      if (candidates.length === 0) return;
      const { score, width } = await (workers ??= startWorkers(context));
      const running: Promise<readonly Judged[]>[] = [];
      for (let next = 0; next < candidates.length || running.length > 0;) {
        while (next < candidates.length && running.length < 2 * width) {
          const even = Math.ceil((candidates.length - next) / width);
          const portion = candidates.slice(next, next + Math.max(1, Math.min(mostPerPortion, even, Math.round(portionMs / msEach))));
          next += portion.length;
          const startedMs = performance.now();
          const scored = score(portion).then((judged) => {
            // Of two portions that a worker has, one waits for the other.
            const ms = (performance.now() - startedMs) / portion.length / Math.max(1, running.length / width);
            msEach = Math.max(1e-3, (msEach + ms) / 2);
            return judged;
          });
          // Whoever stops asking does not look at those that are under way.
          scored.catch(() => undefined);
          running.push(scored);
        }
        yield await running.shift()!;
      }
    },
    isWorthSaving: (_, ms) => ms >= saveEveryMs,
    async close() {
      const started = workers;
      workers = undefined;
      await (await started?.catch(() => undefined))?.close();
    },
  };
}

interface Workers {
  readonly width: number;
  readonly score: (candidates: readonly Candidate<unknown>[]) => Promise<readonly Judged[]>;
  readonly close: () => Promise<void>;
}

async function startWorkers(context: ScoringContext): Promise<Workers> {
  const { settings } = context;
  const threads = settings.compute.threads ?? availableParallelism();
  // An engine that is not ours to share between threads runs by itself.
  const plan = studyPlan({ ...context, scoring: settings.scoring, seed: settings.seed, space: context.space.id });
  if (threads === 1 || (needsEngine(plan) && !['auto', 'ort', 'js'].includes(settings.engine))) {
    const scorer = await makeScorer(optionsOf(settings, plan, threads, 1));
    return { width: 1, close: async () => undefined, score: async (candidates) => judgedOf(candidates, scorer(candidates.map(archOf))) };
  }
  const pool = new ScoringThreads(threads, optionsOf(settings, plan, 1, threads));
  return { width: threads, close: () => pool.close(), score: async (candidates) => judgedOf(candidates, await pool.score(candidates.map(archOf))) };
}

const archOf = ({ arch }: Candidate<unknown>) => arch;

function judgedOf(candidates: readonly Candidate<unknown>[], scores: readonly number[]): Judged[] {
  return candidates.map(({ key }, i) => ({ key, number: scores[i] }));
}

/** @param threads of each scorer's engine @param scorers at the same time */
function optionsOf({ engine, compute: { memoryGiB } }: TrainingFreeStudySettings, plan: ScoringPlan, threads: number, scorers: number): ScorerOptions {
  return { plan, engine: { id: engine, threads, memoryBytes: memoryGiB === undefined ? undefined : memoryGiB * 2 ** 30 / scorers } };
}
