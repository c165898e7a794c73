import { availableParallelism } from 'node:os';
import { getProxy } from '../../scoring/proxies.ts';
import type { Score } from '../../scoring/score.ts';
import { isWorthSending, scoringElsewhere, type JoinedQueue } from '../queue/elsewhere.ts';
import { timedPortion } from '../queue/timedPortion.ts';
import type { PortionSize, WorkQueue } from '../queue/workQueue.ts';
import type { Worked } from '../queue/workThrough.ts';
import type { ScoringPlan } from './plan.ts';
import { makeScorer, needsEngine } from './scorer.ts';
import { ScoringThreads } from './scoringThreads.ts';
import { drawSupernets } from './supernets.ts';

export interface WorkerOptions {
  readonly plan: ScoringPlan;
  /** Runs networks, where that is needed. */
  readonly engine: string;
  /** All processors unless given. */
  readonly threads?: number;
  /** Bytes that all engines may take together. */
  readonly memoryBytes?: number;
  /** All architectures that will be scored, where they are known. */
  readonly archs?: readonly unknown[];
  /** Whose workers score in place of this process. */
  readonly queue?: JoinedQueue;
}

/** What scores architectures; the results are their scores in the order of the plan's proxies. */
export type ScoringWorkers = WorkQueue<readonly Score[]>;
export type ScoredArchitecture<A> = Worked<A, readonly Score[]>;

/** What scores: the workers of a queue, or threads. @throws as `startThreads` and `scoringElsewhere` */
export function startScoringWorkers({ queue, ...options }: WorkerOptions): Promise<ScoringWorkers> {
  return queue && isWorthSending(options.plan) ? scoringElsewhere(queue, options.plan, options.engine) : startThreads(options);
}

/** What is scored together shares products with its weights: a few are hardly faster than a hundred. */
const together: PortionSize = { least: 128, most: 1024 };
const oneByOne: PortionSize = { least: 1, most: 256 };

/** Of these, each thread can have one of its own; others are one for the whole process. */
const oneForEachThread = ['auto', 'ort', 'js'];
/** With fewer architectures for each, threads are not worth their start. */
const leastForEachThread = 2;

/**
 * Threads that share the weights of supernets, each with an engine of its own, because what an engine does not compute of a score keeps only one processor
 * busy. This thread scores, with all processors for its engine, where there is one processor, little to score, or nothing to compute.
 * @throws as makeScorer; what scores throws EnvironmentError `scoring-thread`, too
 */
async function startThreads({ plan, engine: id, threads = availableParallelism(), memoryBytes, archs }: Omit<WorkerOptions, 'queue'>): Promise<ScoringWorkers> {
  const isNeeded = needsEngine(plan, archs);
  const isAlone = threads === 1 || (archs !== undefined && archs.length < leastForEachThread * threads)
    || plan.proxies.every((proxy) => getProxy(proxy).needs === 'nothing') || (isNeeded && !oneForEachThread.includes(id));
  const width = isAlone ? 1 : threads;
  const portion = !isNeeded && plan.proxies.some((proxy) => getProxy(proxy).scoreTogether !== undefined) ? together : oneByOne;
  const options = {
    plan, ...(isNeeded && { engine: { id, threads: isAlone ? threads : 1, memoryBytes: memoryBytes === undefined ? undefined : memoryBytes / width } }),
  };
  if (isAlone) {
    const scorer = await makeScorer(options);
    return { width, ahead: 1, portion, submit: async (some) => timedPortion(() => scorer(some)), close: async () => undefined };
  }
  const pool = new ScoringThreads(width, { ...options, supernets: drawSupernets(plan) });
  return { width, ahead: 2 * width, portion, submit: (some) => pool.score(some), close: () => pool.close() };
}
