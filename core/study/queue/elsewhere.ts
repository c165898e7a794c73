import type { Score } from '../../scoring/score.ts';
import { getProxy } from '../../scoring/proxies.ts';
import type { ScoringPlan } from '../scoring/plan.ts';
import { needsEngine } from '../scoring/scorer.ts';
import { describeEvaluation, describeScoring, type EvaluationSettings } from './chunks/describeWork.ts';
import type { QueueAddress } from './redis/address.ts';
import type { Tell } from './redis/connect.ts';
import type { PortionSize, WorkQueue } from './workQueue.ts';

/** A queue that workers have joined, or will. */
export interface JoinedQueue {
  readonly address: QueueAddress;
  readonly tell: Tell;
  /** Ends all waiting with a CancelledError. */
  readonly signal?: AbortSignal;
  /** After which a chunk is taken from its worker (`chunks/limit.ts`). */
  readonly chunkMinutes?: number;
}

/** What is scored together shares much; of others, a lost chunk should cost seconds. */
const [together, oneByOne]: PortionSize[] = [256, 4].map((size) => ({ least: size, most: size }));
const one: PortionSize = { least: 1, most: 1 };

/** Of what only counts, sending would take longer than doing. */
export function isWorthSending(plan: Pick<ScoringPlan, 'proxies'>): boolean {
  return plan.proxies.some((proxy) => getProxy(proxy).needs !== 'nothing');
}

/**
 * Has architectures scored by whoever joined the queue.
 * @param engine as `startEngine` takes it; workers use the one that it stands for here
 * @throws EnvironmentError as `RedisQueue.open`
 */
export async function scoringElsewhere({ address, ...options }: JoinedQueue, plan: ScoringPlan, engine: string): Promise<WorkQueue<readonly Score[]>> {
  const isRunning = needsEngine(plan);
  const info = isRunning ? await (await import('../../engine/engines.ts')).findEngine(engine) : undefined;
  return (await redisQueue()).open(address, { ...options, described: describeScoring(plan, info), portion: portionFor(plan, isRunning) });
}

/** How many architectures make a chunk. @param isRunning whether networks are run for it */
export function portionFor(plan: Pick<ScoringPlan, 'proxies'>, isRunning: boolean): PortionSize {
  return !isRunning && plan.proxies.some((proxy) => getProxy(proxy).scoreTogether !== undefined) ? together : oneByOne;
}

/** Has subnets evaluated by whoever joined the queue; each result is an accuracy. @throws EnvironmentError as `RedisQueue.open` */
export async function evaluationElsewhere({ address, ...options }: JoinedQueue, settings: EvaluationSettings): Promise<WorkQueue<number>> {
  return (await redisQueue()).open(address, { ...options, described: describeEvaluation(settings), portion: one });
}

/** Loaded only where one is asked for. */
const redisQueue = async () => (await import('./redis/redisQueue.ts')).RedisQueue;
