import { Random } from '../../base/random.ts';
import { sharedCopy, sharedFloats } from '../../base/sharedMemory.ts';
import { layoutOf, Weights } from '../../model/weights.ts';
import { drawWeights } from '../../scoring/context.ts';
import { supernetOf, type ScoringPlan } from './plan.ts';

/** Numbers of a supernet, in memory that threads share. */
export interface SupernetNumbers {
  readonly trainable: Float32Array;
  readonly statistics: Float32Array;
}

/** The weights that a plan's architectures are slices of, for each seed; none where every architecture has its own. */
export function drawSupernets(plan: ScoringPlan): SupernetNumbers[] | undefined {
  const supernet = supernetOf(plan);
  if (!supernet) return undefined;
  const { trainableLength } = layoutOf(supernet);
  return plan.seeds.map((seed) => {
    const { trainable, statistics } = drawWeights(supernet, new Random(seed), sharedFloats(trainableLength));
    return { trainable, statistics: sharedCopy(statistics) };
  });
}

/** The same as weights. */
export function asWeights(plan: ScoringPlan, supernets: readonly SupernetNumbers[]): Weights[] {
  const supernet = supernetOf(plan)!;
  return supernets.map(({ trainable, statistics }) => new Weights(supernet, trainable, statistics));
}
