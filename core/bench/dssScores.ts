import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import type { SearchSpace } from '../spaces/space.ts';
import { workThrough } from '../study/queue/workThrough.ts';
import type { ScoringPlan } from '../study/scoring/plan.ts';
import { startScoringWorkers } from '../study/scoring/scoringWorkers.ts';
import type { Steps } from './benchmark.ts';

/** Architectures that are scored in a step: some portions for every thread. */
const perStep = 1024;
/** Networks that a peer, who takes a second for each, takes turns through. */
const peerNetworks = 32;

/** The DSS-indicator of random subnets, new ones in every step, with weights that were drawn before. */
export async function dssScores<A>({ info: { threads } }: Engine, space: SearchSpace<A>): Promise<Steps> {
  const random = new Random('dss');
  const plan: ScoringPlan = { space: space.id, proxies: ['dss'], seeds: [0], weights: 'supernet' };
  const workers = await startScoringWorkers({ plan, engine: 'auto', threads });
  let [scored, macs, sum] = [0, 0, 0];
  return {
    units: perStep,
    macs: () => macs / scored,
    peer: { kind: 'dss', networks: Array.from({ length: peerNetworks }, () => space.lower(space.sample(random))) },
    async step() {
      const archs = Array.from({ length: perStep }, () => space.sample(random));
      for await (const portion of workThrough(archs, workers)) {
        for (const { result: [score] } of portion) {
          macs += score.macs;
          sum += score.value;
        }
        scored += portion.length;
      }
      return sum / scored;
    },
    dispose: () => workers.close(),
  };
}
