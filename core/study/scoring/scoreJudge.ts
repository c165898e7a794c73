import type { SearchSpace } from '../../spaces/space.ts';
import type { RunData } from '../run/context.ts';
import type { JoinedQueue } from '../queue/elsewhere.ts';
import { unknownPace, workThrough } from '../queue/workThrough.ts';
import type { Judge } from '../run/judge.ts';
import type { TrainingFreeStudySettings } from '../studyFile.ts';
import { startScoringWorkers, type ScoringWorkers } from './scoringWorkers.ts';
import { studyPlan } from './studyPlan.ts';

/** How often a checkpoint is written: what is lost with a killed process is scored again in so long. */
const saveEveryMs = 2000;
/** Of the time, what checkpoints may take: they grow with the search. */
const saveShare = 0.05;

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
  /** Whose workers score; threads unless given. */
  readonly queue?: JoinedQueue;
}

/**
 * Judges architectures by the study's score, by the workers of its queue or on as many threads as the study has processors. They
 * start when they are first needed.
 */
export function scoreJudge(context: ScoringContext): ScoreJudge {
  let workers: Promise<ScoringWorkers> | undefined;
  const pace = unknownPace();
  return {
    async* judge(candidates) {
      if (candidates.length === 0) return;
      const started = await (workers ??= startWorkers(context));
      let done = 0;
      for await (const portion of workThrough(candidates.map(({ arch }) => arch), started, { pace })) {
        yield portion.map(({ result: [{ value, invalid }] }, i) => ({ key: candidates[done + i].key, number: value, invalid }));
        done += portion.length;
      }
    },
    isWorthSaving: ({ ms, savingMs }) => ms >= Math.max(saveEveryMs, savingMs / saveShare),
    async close() {
      const started = workers;
      workers = undefined;
      await (await started?.catch(() => undefined))?.close();
    },
  };
}

function startWorkers({ settings, space, classes, images, queue }: ScoringContext): Promise<ScoringWorkers> {
  const { scoring, seed, engine, compute: { memoryGiB, threads } } = settings;
  const plan = studyPlan({ classes, images, scoring, seed, space: space.id });
  return startScoringWorkers({ plan, engine, threads, queue, memoryBytes: memoryGiB === undefined ? undefined : memoryGiB * 2 ** 30 });
}
