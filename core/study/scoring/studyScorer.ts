import { startEngine } from '../../engine/engines.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { getSpace } from '../../spaces/index.ts';
import { architectureScorer } from './architectureScorer.ts';
import type { ScoringPlan } from './plan.ts';

/** What one of several threads scores with; plain data. */
export interface ScorerOptions {
  readonly plan: ScoringPlan;
  readonly engine: { readonly id: string; readonly threads: number | undefined; readonly memoryBytes: number | undefined };
}

/** Scores of architectures by the plan's first proxy, in their order; NaN for one that is not valid. */
export type Scorer = (archs: readonly unknown[]) => number[];

/** The same options give the same scores, in whichever thread and order. @throws as `architectureScorer` and `startEngine` */
export async function makeScorer({ plan, engine: { id, ...settings } }: ScorerOptions): Promise<Scorer> {
  const score = architectureScorer(plan, needsEngine(plan) ? await startEngine(id, settings) : undefined);
  return (archs) => score(archs).map(([{ value }]) => value);
}

/** Whether the plan's proxy runs this space's networks; some can do without for most kinds of blocks. */
export function needsEngine({ space: id, proxies: [proxyId] }: ScoringPlan): boolean {
  const proxy = getProxy(proxyId);
  const space = getSpace(id);
  return proxy.usesEngine && [space.smallest, space.largest].some((arch) => proxy.runsOnEngine?.(space.lower(arch)) ?? true);
}
