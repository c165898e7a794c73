import { getProxy, needEngine } from '../../scoring/proxies.ts';
import { getSpace } from '../../spaces/index.ts';
import { architectureScorer, type ArchitectureScorer } from './architectureScorer.ts';
import type { ScoringPlan } from './plan.ts';
import { asWeights, type SupernetNumbers } from './supernets.ts';

/** What one of several threads scores with; plain data. */
export interface ScorerOptions {
  readonly plan: ScoringPlan;
  /** What architectures are slices of, where that was drawn before: see `drawSupernets`. */
  readonly supernets?: readonly SupernetNumbers[];
  /** Where one of the proxies runs networks. */
  readonly engine?: { readonly id: string; readonly threads: number | undefined; readonly memoryBytes: number | undefined };
}

/** The same options give the same scores, in whichever thread and order. @throws as `architectureScorer` and `startEngine` */
export async function makeScorer({ plan, supernets, engine }: ScorerOptions): Promise<ArchitectureScorer> {
  // Loaded only where one is needed, because that takes as long as a thousand fast scores.
  const started = engine && await (await import('../../engine/engines.ts')).startEngine(engine.id, { threads: engine.threads, memoryBytes: engine.memoryBytes });
  return architectureScorer(plan, started, supernets && asWeights(plan, supernets));
}

/** Whether one of the plan's proxies runs one of these architectures. @param archs the space's ends stand for others */
export function needsEngine({ space: id, proxies, classes, resolution }: ScoringPlan, archs?: readonly unknown[]): boolean {
  const space = getSpace(id);
  const running = proxies.map(getProxy).filter(({ usesEngine }) => usesEngine);
  return running.length > 0
    && (archs ?? [space.smallest, space.largest]).some((arch) => needEngine(running, space.lower(arch, { classes, resolution })));
}
