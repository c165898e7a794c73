import { z } from 'zod';
import { EnvironmentError } from '../../base/errors.ts';
import { Random, type RandomState } from '../../base/random.ts';
import { resizeBatch } from '../../data/resize.ts';
import type { Engine } from '../../engine/engine.ts';
import { flatParameters, type FlatParameters } from '../../engine/flatParameters.ts';
import { backpropagate } from '../../model/backpropagate.ts';
import { SubnetView } from '../../model/subnet.ts';
import { layoutOf, Weights } from '../../model/weights.ts';
import type { WeightTensor } from '../../model/safetensors.ts';
import type { Network } from '../../network/network.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { crossEntropy, smoothedLabels, type LossResult } from '../loss.ts';
import { AdamW, clearGradient, GradientClipping } from '../optimizer.ts';
import { learningRateAt } from '../schedule.ts';
import type { TrainingSettings } from '../settings.ts';
import { sampleBuckets, walk, type Bucket } from './buckets.ts';

/** A batch at the data's resolution: pixels [count, 3, imageSize, imageSize], labels [count]. */
export interface TrainingBatch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly imageSize: number;
}

export interface StepReport {
  /** Steps done, this one included. */
  readonly step: number;
  /** Mean label loss of the step's three subnets. */
  readonly loss: number;
  /** Distillation loss of the smallest subnet. */
  readonly smallestLoss: number;
  /** Share of right answers of the smallest subnet on the batch it was trained on. */
  readonly smallestAccuracy: number;
  readonly learningRate: number;
  /** Norm of the summed gradient before clipping. */
  readonly gradientNorm: number;
  /** Share of right answers of the three subnets on the batch they were trained on. */
  readonly accuracy: number;
  /** Index of the step's bucket among the trainer's. */
  readonly bucket: number;
  /** Range of the step's bucket. */
  readonly bucketMacs: readonly [number, number];
}

/** Besides the smallest. */
export const subnetsPerStep = 3;

const stateSchema = z.object({
  step: z.int().min(0),
  bucket: z.int().min(0),
  random: z.tuple([z.int(), z.int(), z.int(), z.int()]),
});

export interface SupernetOptions<A> {
  readonly engine: Engine;
  readonly space: SearchSpace<A>;
  readonly classes: number;
  readonly settings: TrainingSettings;
  readonly seed: number;
}

/**
 * Trains a supernet (elasticvit.md section 3): per step three subnets of one MACs bucket learn from labels, and the
 * smallest subnet from the mean of their predictions; the gradients of all four are summed on the shared weights.
 * The same seed gives the same weights, also across `state`/`restore`.
 */
export class SupernetTrainer<A> {
  readonly weights: Weights;
  readonly buckets: readonly Bucket<A>[];
  readonly #options: SupernetOptions<A>;
  readonly #optimizer: AdamW;
  readonly #clipping: GradientClipping;
  readonly #flat: Required<FlatParameters>;
  readonly #random: Random;
  readonly #smallest: SubnetView;
  #bucket = 0;

  constructor(options: SupernetOptions<A>) {
    const { space, classes, settings, seed } = options;
    const root = new Random(seed);
    this.#options = options;
    this.#random = root.fork('training');
    const supernet = space.lower(space.largest, { classes, supernet: true });
    this.#flat = flatParameters(layoutOf(supernet).trainableLength);
    this.weights = Weights.initialise(supernet, root.fork('weights'), this.#flat.values);
    this.buckets = sampleBuckets(space, settings.buckets, root.fork('buckets'));
    this.#smallest = new SubnetView(this.weights, space.lower(space.smallest, { classes }));
    const ranges = [...this.weights.parameters.values()].filter(({ trainable }) => trainable !== false)
      .map(({ offset, length, decay }) => ({ offset, length, decay: decay === true }));
    this.#optimizer = new AdamW(this.#flat, ranges, settings);
    this.#clipping = new GradientClipping(this.#flat);
  }

  /** Steps done. */
  get step(): number {
    return this.#optimizer.step;
  }

  /**
   * One optimizer step.
   * @throws EnvironmentError `diverged` when the loss is not a number; the weights are as before the step
   */
  train(batch: TrainingBatch): StepReport {
    const { space, classes } = this.#options;
    this.#bucket = walk(this.#bucket, this.buckets.length, this.#random);
    const { architectures, fromMacs, toMacs } = this.buckets[this.#bucket];
    const subnets = Array.from({ length: subnetsPerStep }, () => space.lower(this.#random.choice(architectures), { classes }));
    return { ...this.trainSubnets(subnets, batch), bucket: this.#bucket, bucketMacs: [fromMacs, toMacs] };
  }

  /**
   * One optimizer step with given subnets in the place of drawn ones.
   * @throws EnvironmentError `diverged`, as `train`
   */
  trainSubnets(subnets: readonly Network[], batch: TrainingBatch): Omit<StepReport, 'bucket' | 'bucketMacs'> {
    const { classes, settings } = this.#options;
    const step = this.step;
    clearGradient(this.#flat);

    const resized = new ResizedBatch(batch);
    const labels = smoothedLabels(batch.labels, classes, settings.labelSmoothing);
    const soft = new Float32Array(labels.length);
    let loss = 0;
    let right = 0;
    for (const network of subnets) {
      const result = this.#backpropagate(new SubnetView(this.weights, network), resized, labels);
      loss += result.loss / subnets.length;
      for (let j = 0; j < soft.length; j++) soft[j] += result.probabilities[j] / subnets.length;
      right += countRight(result.probabilities, batch.labels, classes);
    }
    const smallest = this.#backpropagate(this.#smallest, resized, soft);
    if (!Number.isFinite(loss) || !Number.isFinite(smallest.loss)) {
      throw new EnvironmentError('diverged', `Training diverged at step ${step + 1}: the loss is not a number. Lower training.learningRate or raise training.warmupSteps.`);
    }
    const gradientNorm = this.#clipping.clip(settings.clipNorm);
    const learningRate = learningRateAt(step, settings);
    this.#optimizer.update(learningRate, this.#options.engine);
    return {
      step: this.step, loss, smallestLoss: smallest.loss, learningRate, gradientNorm,
      accuracy: right / (subnets.length * batch.labels.length),
      smallestAccuracy: countRight(smallest.probabilities, batch.labels, classes) / batch.labels.length,
    };
  }

  /** Tensors of a checkpoint. */
  tensors(): Record<string, WeightTensor> {
    const flat = (data: Float32Array) => ({ shape: [data.length], data });
    return { ...this.weights.toTensors(), 'optimizer.first': flat(this.#optimizer.first), 'optimizer.second': flat(this.#optimizer.second) };
  }

  /** The rest of a checkpoint, as JSON. */
  state(): { step: number; bucket: number; random: RandomState } {
    return { step: this.step, bucket: this.#bucket, random: this.#random.state };
  }

  /** Goes back to a checkpoint. @throws InputError when it belongs to another network */
  restore(tensors: Readonly<Record<string, WeightTensor>>, state: unknown): void {
    const { step, bucket, random } = stateSchema.parse(state);
    const saved = Weights.fromTensors(this.weights.network, tensors);
    this.weights.trainable.set(saved.trainable);
    this.weights.statistics.set(saved.statistics);
    this.#optimizer.first.set(tensors['optimizer.first'].data as Float32Array);
    this.#optimizer.second.set(tensors['optimizer.second'].data as Float32Array);
    this.#optimizer.step = step;
    this.#bucket = bucket;
    this.#random.state = random;
  }

  /** Adds a subnet's gradient to the shared one. */
  #backpropagate(view: SubnetView, batch: ResizedBatch, targets: Float32Array): LossResult {
    const { engine, classes } = this.#options;
    const { resolution } = view.network;
    let result: LossResult | undefined;
    const images = { shape: [batch.count, 3, resolution, resolution], data: batch.at(resolution) };
    backpropagate(engine, view.network, (key) => view.shareOf(key), images, this.#flat, (logits) => {
      result = crossEntropy(logits, targets, classes);
      return result.gradient;
    });
    return result!;
  }
}

/** A batch at the resolutions of a step's subnets, each made once. */
class ResizedBatch {
  readonly count: number;
  readonly #batch: TrainingBatch;
  readonly #pixels = new Map<number, Float32Array>();

  constructor(batch: TrainingBatch) {
    this.#batch = batch;
    this.count = batch.labels.length;
  }

  at(resolution: number): Float32Array {
    let pixels = this.#pixels.get(resolution);
    if (!pixels) {
      pixels = resizeBatch(this.#batch.images, this.count, this.#batch.imageSize, resolution);
      this.#pixels.set(resolution, pixels);
    }
    return pixels;
  }
}

function countRight(probabilities: Float32Array, labels: Int32Array, classes: number): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (probabilities[i * classes + c] > probabilities[i * classes + best]) best = c;
    if (best === labels[i]) right++;
  }
  return right;
}
