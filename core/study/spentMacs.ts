import { effectiveEvents, type Phase, type StudyEvent } from './eventTypes.ts';

/** A step's forward and backward passes, as multiples of the forward pass. */
export const passesOfStep = 3;

/**
 * Multiply-accumulates that a study's training and search took: three forward passes of every image through every subnet of each step, and one
 * of every image that a searched subnet was calibrated and judged with. Health, conflict and rescoring are left out: some per cent. Unlike
 * seconds they do not depend on the machine, nor on what else it does; work that was done again counts once.
 * @returns null for histories that do not tell how large a step's subnets were
 */
export function spentMacs(
  events: readonly StudyEvent[], { batchSize, calibrationBatches }: { readonly batchSize: number; readonly calibrationBatches: number },
): Readonly<Record<Extract<Phase, 'training' | 'search'>, number>> | null {
  let [training, search] = [0, 0];
  for (const event of effectiveEvents(events)) {
    if (event.kind === 'step') {
      const macs = event.metrics?.macs;
      if (macs === undefined || macs === null) return null;
      training += passesOfStep * batchSize * macs;
    }
    if (event.kind === 'evaluation') search += ((event.images ?? 0) + calibrationBatches * batchSize) * (event.macs ?? 0);
  }
  return { training, search };
}
