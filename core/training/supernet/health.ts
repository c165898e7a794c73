import { Random } from '../../base/random.ts';
import type { ImageSet } from '../../data/imageSet.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import type { TrainingSettings } from '../settings.ts';
import type { Bucket } from './sampling/buckets.ts';
import { affordableSteps, roundSteps } from './affordableSteps.ts';
import { SubnetEvaluator } from './evaluator.ts';
import type { EvaluatorOptions, Judgement } from './evaluator.ts';

export interface SubnetHealth extends Judgement {
  readonly name: 'smallest' | 'middle' | 'largest';
  readonly macs: number;
}

export interface SupernetHealthOptions<A> extends Omit<EvaluatorOptions, 'batchSize' | 'data'> {
  readonly data: ImageSet;
  readonly space: SearchSpace<A>;
  /** The trainer's; the middle subnet comes from the middle one. */
  readonly buckets: readonly Bucket<A>[];
  readonly settings: TrainingSettings;
}

/** Few enough to cost little, enough to tell a subnet that learns from one that does not: a standard error of 3.5 % at most. */
const healthImages = 200;
const calibrationImages = 64;

/**
 * Tries a few subnets while the supernet is trained: always the same ones, on the same images, with the weights of the
 * moment. Nothing here draws from the training's random numbers or changes its weights.
 */
export class SupernetHealth<A> {
  /** Steps from check to check; 0: never. */
  readonly everySteps: number;
  readonly #options: SupernetHealthOptions<A>;
  readonly #subnets: readonly { readonly name: SubnetHealth['name']; readonly network: Network; readonly macs: number }[];
  #evaluator: SubnetEvaluator | undefined;

  constructor(options: SupernetHealthOptions<A>) {
    const { space, buckets, data, settings } = options;
    const middle = buckets[Math.floor(buckets.length / 2)].draw(new Random('middle'));
    this.#options = options;
    this.#subnets = ([['smallest', space.smallest], ['middle', middle], ['largest', space.largest]] as const).map(([name, arch]) => {
      const network = space.lower(arch, { classes: data.classes.length });
      return { name, network, macs: networkMacs(network) };
    });
    this.everySteps = settings.healthEverySteps ?? this.#affordableSteps();
  }

  /** Whether a check is due after a step: also after the first and the last one. */
  isDue(step: number): boolean {
    return this.everySteps > 0 && (step === 1 || step === this.#options.settings.steps || step % this.everySteps === 0);
  }

  check(): SubnetHealth[] {
    const { settings: { batchSize }, calibrationBatches } = this.#options;
    const evaluator = this.#evaluator ??= new SubnetEvaluator({
      ...this.#options, batchSize, calibrationBatches: Math.min(calibrationBatches, Math.ceil(calibrationImages / batchSize)),
    });
    return this.#subnets.map(({ name, network, macs }) => (
      { name, macs, ...evaluator.judge(evaluator.extract(network), healthImages) }));
  }

  /** The round number of steps from which on checks take no more than their share. */
  #affordableSteps(): number {
    const { data } = this.#options;
    const images = calibrationImages + Math.min(healthImages, data.val.count);
    const checkMacs = this.#subnets.reduce((sum, { macs }) => sum + images * macs, 0);
    return roundSteps(affordableSteps(checkMacs, { ...this.#options, smallestMacs: this.#subnets[0].macs }));
  }
}
