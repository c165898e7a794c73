import { proxyIdOf } from '../../scoring/catalogue.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { oriented } from '../../search/objective.ts';
import type { Rating } from '../../training/supernet/sampling/preference.ts';
import type { TrainingContext } from '../run/context.ts';
import { architectureScorer } from './architectureScorer.ts';

/**
 * What performance-aware sampling compares its candidates by, besides or instead of the published preference: a training-free score
 * of untrained weights from the study's seed, which stays the same while the supernet learns. Undefined where none is asked for.
 */
export function candidateRating(
  { settings: { training: { performance }, seed }, space, classes, engine }: Pick<TrainingContext, 'settings' | 'space' | 'classes' | 'engine'>,
): Rating<unknown> | undefined {
  const { preference, score } = performance;
  if (preference === 'width-over-depth' || score === undefined) return undefined;
  const id = proxyIdOf(score);
  const proxy = getProxy(id);
  const scored = architectureScorer({ space: space.id, classes, proxies: [id], seeds: [seed] }, engine);
  return (archs) => scored(archs).map(([{ value }]) => oriented(proxy, value));
}
