import type { Weights } from '../model/weights.ts';
import type { TrainingPeerJob } from './benchmark.ts';

/** What a peer has to know of the parameters that are trained. */
export function peerParameters(weights: Weights): TrainingPeerJob['parameters'] {
  const trained = [...weights.parameters.values()].filter(({ trainable }) => trainable !== false);
  return Object.fromEntries(trained.map(({ key, shape, slice = [] }) => [key, { shape, slice }]));
}
