import { Random } from '../../../base/random.ts';
import type { Augmentation } from '../../../data/augment.ts';
import { readBatch } from '../../../data/batch.ts';
import type { ImageSet } from '../../../data/imageSet.ts';
import type { Normalisation } from '../../../data/normalisation.ts';
import { batchIndices } from '../../../data/order.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Weights } from '../../../model/weights.ts';
import { networkMacs } from '../../../network/counts.ts';
import type { SearchSpace } from '../../../spaces/space.ts';
import type { TrainingSettings } from '../../settings.ts';
import { affordableSteps, roundSteps } from '../affordableSteps.ts';
import { microBatches, type MicroBatch } from '../microBatches.ts';
import type { SubnetSampler } from '../sampling/subnetSampler.ts';
import { measureConflict, meanPairCosine, type GradientConflict, type SubnetPair } from './measure.ts';
import { conflictSizes, differentPair, subnetPairs } from './sizes.ts';
import { SubnetGradients } from './subnetGradients.ts';

/**
 * Time that a measurement takes over the time its arithmetic takes in training steps: small networks on few images keep an
 * engine's threads waiting, and gradients are copied and compared. Measured for `elasticvit-mini` on two cores: 1.4 to 2.
 */
const overhead = 2;

export interface SupernetConflictOptions<A> {
  readonly engine: Engine;
  readonly space: SearchSpace<A>;
  readonly data: ImageSet;
  readonly normalisation: Normalisation;
  /** As in training: gradients are taken on what the training sees. */
  readonly augmentation: Augmentation;
  readonly seed: number;
  /** The trainer's; only read. */
  readonly sampler: Pick<SubnetSampler<A>, 'buckets' | 'banks'>;
  /** Those that are trained, not their average; only read. */
  readonly weights: Weights;
  readonly settings: TrainingSettings;
  /** In MACs, ascending; by default `conflictSizes`. */
  readonly sizes?: readonly number[];
}

/** Two subnets of one bucket: any two, and the best two of its memory. */
export interface BucketAgreement {
  /** The bucket's level. */
  readonly macs: number;
  readonly random: number;
  /** Null while the memory holds no two. */
  readonly good: number | null;
}

export interface ConflictReport extends GradientConflict {
  readonly pairs: readonly BucketAgreement[];
}

/**
 * Measures gradient conflict while the supernet is trained: always between the same subnets and on the same images, but
 * for the remembered ones, with the weights of the moment. Nothing here draws from the training's random numbers or
 * changes its weights.
 */
export class SupernetConflict<A> {
  /** Steps from measurement to measurement; 0: never. */
  readonly everySteps: number;
  readonly #options: SupernetConflictOptions<A>;
  readonly #gradients: SubnetGradients;
  readonly #classes: number;
  readonly #sizePairs: readonly (readonly SubnetPair[])[];
  /** By bucket. */
  readonly #bucketPairs: ReadonlyMap<number, readonly SubnetPair[]>;
  #batches: readonly MicroBatch[] | undefined;

  /** @throws InputError `no-such-size`, as `subnetPairs` */
  constructor(options: SupernetConflictOptions<A>) {
    const { engine, space, data, weights, settings, sampler: { buckets }, seed } = options;
    const { pairs } = settings.conflict;
    const classes = data.classes.length;
    this.#options = options;
    this.#classes = classes;
    this.#gradients = new SubnetGradients({ engine, weights, classes });
    const random = new Random(`${seed}/conflict`);
    this.#sizePairs = subnetPairs(space, options.sizes ?? conflictSizes(space, classes), { pairs, classes, random });
    const chosen = new Set([0, Math.floor(buckets.length / 2), buckets.length - 1]);
    this.#bucketPairs = new Map([...chosen].map((bucket) => [bucket, Array.from({ length: pairs }, () => {
      const draw = () => buckets[bucket].draw(random);
      return this.#lowered(differentPair(space, draw) ?? [draw(), draw()]);
    })]));
    this.everySteps = settings.conflict.everySteps ?? this.#affordableSteps();
  }

  /** Whether a measurement is due after a step: also after the first and the last one. */
  isDue(step: number): boolean {
    return this.everySteps > 0 && (step === 1 || step === this.#options.settings.steps || step % this.everySteps === 0);
  }

  measure(): ConflictReport {
    const batches = this.#batches ??= this.#readBatches();
    return {
      ...measureConflict(this.#gradients, this.#sizePairs, batches),
      pairs: [...this.#bucketPairs].map(([bucket, pairs]): BucketAgreement => {
        const good = this.#goodPairs(bucket);
        return {
          macs: Math.round(this.#options.sampler.buckets[bucket].fromMacs),
          random: meanPairCosine(this.#gradients, pairs, batches),
          good: good.length > 0 ? meanPairCosine(this.#gradients, good, batches) : null,
        };
      }),
    };
  }

  /** The best two remembered subnets, the next two, and so on. */
  #goodPairs(bucket: number): SubnetPair[] {
    const { sampler: { banks }, settings: { conflict: { pairs } } } = this.#options;
    const best = [...banks[bucket].members].sort((a, b) => b.score - a.score);
    return Array.from({ length: Math.min(pairs, best.length >> 1) }, (_, i) => this.#lowered([best[2 * i].arch, best[2 * i + 1].arch]));
  }

  #lowered(pair: readonly [A, A]): SubnetPair {
    const lower = (arch: A) => this.#options.space.lower(arch, { classes: this.#classes });
    return [lower(pair[0]), lower(pair[1])];
  }

  #readBatches(): MicroBatch[] {
    const { data, normalisation, augmentation, seed, settings: { conflict: { pairs, images }, labelSmoothing } } = this.#options;
    const { imageSize } = data;
    return Array.from({ length: pairs }, (_, step) => {
      const indices = batchIndices(`${seed}/conflict`, step, Math.min(images, data.train.count), data.train.count);
      const batch = readBatch(data.train, indices, { imageSize, normalisation, augmentation: { ...augmentation, seed: `${seed}/conflict`, step } });
      return microBatches({ ...batch, imageSize }, Infinity, { classes: this.#classes, labelSmoothing })[0];
    });
  }

  /**
   * The round number of steps with which all measurements of a training, those after its first and last step included, take
   * no more than their share of it; 0 for one that is too short for these two.
   */
  #affordableSteps(): number {
    const { space, sampler: { buckets }, settings } = this.#options;
    const lowered = [...this.#sizePairs.flat(2), ...[...this.#bucketPairs.values()].flatMap((pairs) => [...pairs.flat(), ...pairs.flat()])];
    const macs = 3 * settings.conflict.images * lowered.reduce((sum, network) => sum + networkMacs(network), 0);
    const smallestMacs = networkMacs(space.lower(space.smallest, { classes: this.#classes }));
    const affordable = Math.floor(settings.steps / affordableSteps(overhead * macs, { buckets, smallestMacs, settings }));
    return affordable < 2 ? 0 : roundSteps(settings.steps / (affordable - 1));
  }
}
