import { networkMacs } from '../../../network/counts.ts';
import type { SearchSpace } from '../../../spaces/space.ts';
import type { TrainingSettings } from '../../settings.ts';
import { affordableSteps, roundSteps } from '../affordableSteps.ts';
import type { SubnetSampler } from './subnetSampler.ts';

/**
 * When remembered subnets are judged again, because scores of long ago say little about the weights of now: all banks at the
 * beginning of a round, the bank of the step's bucket after each further quarter of it (elasticvit.md section 5, where a round
 * is an epoch of 1.28 million images).
 */
export class Rescoring {
  /** Steps of a round, a multiple of four; 0: never. */
  readonly everySteps: number;
  readonly #allBanks: readonly number[];

  constructor(space: SearchSpace, settings: TrainingSettings, { buckets, banks }: SubnetSampler<unknown>) {
    this.#allBanks = [...banks.keys()];
    const { performance: { enabled, rescoreEverySteps }, sampling: { rule }, batchSize } = settings;
    const perBank = banks.map(({ capacity }, i) => capacity * batchSize * buckets[i].toMacs);
    const macs = perBank.reduce((sum, each) => sum + each, 0) * (1 + 3 / banks.length);
    const smallestMacs = networkMacs(space.lower(space.smallest));
    const wanted = rescoreEverySteps ?? roundSteps(affordableSteps(macs, { buckets, smallestMacs, settings }));
    this.everySteps = enabled && rule === 'bucket' ? 4 * Math.ceil(wanted / 4) : 0;
  }

  /**
   * The banks that are judged again after a step, by index.
   * @param step steps done
   * @param bucket of the step; undefined with the sandwich rule
   */
  due(step: number, bucket: number | undefined): readonly number[] {
    if (this.everySteps === 0 || bucket === undefined || step % (this.everySteps / 4) !== 0) return [];
    return step % this.everySteps === 0 ? this.#allBanks : [bucket];
  }
}
