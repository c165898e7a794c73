import { z } from 'zod';
import { EnvironmentError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { flatParameters, type FlatParameters } from '../../engine/flatParameters.ts';
import { backpropagate } from '../../model/backpropagate.ts';
import { accuracy, batchLogits } from '../../model/inference.ts';
import type { WeightTensor } from '../../model/safetensors.ts';
import { SubnetView } from '../../model/subnet.ts';
import { layoutOf, Weights } from '../../model/weights.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { AdaptiveClipping } from '../adaptiveClipping.ts';
import { adaptiveDivergence } from '../adaptiveDivergence.ts';
import { crossEntropy, type LossResult } from '../loss.ts';
import { AdamW, clearGradient, GradientClipping, rampedDecay, WeightAverage } from '../optimizer.ts';
import { learningRateAt } from '../schedule.ts';
import type { TrainingSettings } from '../settings.ts';
import { decayRanges } from '../weightDecay.ts';
import { microBatches, type MicroBatch, type TrainingBatch } from './microBatches.ts';
import type { Rating } from './sampling/preference.ts';
import { SubnetSampler, subnetsPerStep, type StepSample } from './sampling/subnetSampler.ts';

export interface StepReport {
  /** Steps done, this one included. */
  readonly step: number;
  /** Mean loss of the step's subnets, without the smallest. */
  readonly loss: number;
  /** Distillation loss of the smallest subnet; undefined with the single-path rule, which trains none. */
  readonly smallestLoss?: number;
  /** Share of right answers of the smallest subnet on the batch it was trained on. */
  readonly smallestAccuracy?: number;
  readonly learningRate: number;
  /** Norm of the summed gradient before it is clipped as a whole. */
  readonly gradientNorm: number;
  /** Share of right answers of the same subnets on the batch they were trained on. */
  readonly accuracy: number;
  /** Units whose gradient adaptive clipping has shortened; undefined without it. */
  readonly clippedUnits?: number;
}

/** What `train` tells besides: which subnets it chose. */
export interface SampledStepReport<A> extends StepReport {
  readonly sample: StepSample<A>;
  /** Of one image's forward pass through all of the step's subnets, the smallest included. */
  readonly macs: number;
}

const stateSchema = z.object({ step: z.int().min(0), sampler: z.unknown() });

export interface SupernetOptions<A> {
  readonly engine: Engine;
  readonly space: SearchSpace<A>;
  readonly classes: number;
  readonly settings: TrainingSettings;
  readonly seed: number;
  /** Of candidates, where the settings' preference asks for one. */
  readonly rating?: Rating<A>;
}

/**
 * Trains a supernet (elasticvit.md sections 3 to 5): per step three subnets of one MACs bucket learn from the batch's
 * targets, and the smallest subnet for that bucket from the mean of their predictions; the gradients of all four are
 * summed on the shared weights. Other rules choose other subnets, the single-path rule one alone. The same seed gives the same weights, also across `state`/`restore`.
 */
export class SupernetTrainer<A> {
  readonly weights: Weights;
  readonly sampler: SubnetSampler<A>;
  readonly #options: SupernetOptions<A>;
  readonly #optimizer: AdamW;
  readonly #clipping: GradientClipping;
  readonly #adaptiveClipping: AdaptiveClipping;
  readonly #average: WeightAverage | undefined;
  readonly #averaged: Weights | undefined;
  readonly #flat: Required<FlatParameters>;
  readonly #smallest: readonly SubnetView[];

  /** @throws InputError as `SubnetSampler` */
  constructor(options: SupernetOptions<A>) {
    const { space, classes, settings, seed, rating } = options;
    const root = new Random(seed);
    this.#options = options;
    const supernet = space.lower(space.largest, { classes, supernet: true });
    this.#flat = flatParameters(layoutOf(supernet).trainableLength);
    this.weights = Weights.initialise(supernet, root.fork('weights'), this.#flat.values);
    this.sampler = new SubnetSampler(space, settings, root.fork('sampling'), rating);
    this.#smallest = this.sampler.smallestSubnets.map((arch) => new SubnetView(this.weights, space.lower(arch, { classes })));
    this.#optimizer = new AdamW(this.#flat, decayRanges(this.weights, settings), settings);
    this.#clipping = new GradientClipping(this.#flat);
    this.#adaptiveClipping = new AdaptiveClipping(this.#flat, this.weights.parameters.values());
    this.#average = settings.averageDecay > 0 ? new WeightAverage(this.#flat) : undefined;
    this.#averaged = this.#average && new Weights(supernet, this.#average.values, this.weights.statistics);
  }

  /** Steps done. */
  get step(): number {
    return this.#optimizer.step;
  }

  /** What subnets are judged by: the moving average of the weights where there is one. The same object at every step. */
  get evaluationWeights(): Weights {
    return this.#averaged ?? this.weights;
  }

  /**
   * One optimizer step.
   * @throws EnvironmentError `diverged` when the loss is not a number; the weights are as before the step
   */
  train(batch: TrainingBatch): SampledStepReport<A> {
    const { space, classes } = this.#options;
    const sample = this.sampler.sample(this.step);
    const networks = sample.subnets.map(({ arch }) => space.lower(arch, { classes }));
    const { scores, ...report } = this.#step(networks, sample.smallestIndex, batch);
    this.sampler.report(sample, scores);
    const smallest = sample.smallestIndex === undefined ? [] : [this.#smallest[sample.smallestIndex].network];
    return { ...report, sample, macs: [...networks, ...smallest].reduce((sum, network) => sum + networkMacs(network), 0) };
  }

  /**
   * One optimizer step with given subnets in the place of drawn ones.
   * @throws EnvironmentError `diverged`, as `train`
   */
  trainSubnets(subnets: readonly Network[], batch: TrainingBatch): StepReport {
    const { smallest } = subnetsPerStep(this.#options.settings.sampling.rule);
    const { scores: _, ...report } = this.#step(subnets, smallest ? 0 : undefined, batch);
    return report;
  }

  /** Judges remembered subnets again on a batch, as they are judged when they are trained. @param buckets by index */
  rescore(buckets: readonly number[], batch: TrainingBatch): void {
    const { engine, space, classes } = this.#options;
    const parts = this.#parts(batch);
    for (const bucket of buckets) {
      this.sampler.banks[bucket].rescore(({ arch }) => {
        const view = new SubnetView(this.weights, space.lower(arch, { classes }));
        const { resolution } = view.network;
        return parts.reduce((score, part) => {
          const logits = batchLogits(engine, view.extract(), { count: part.count, size: resolution, pixels: part.at(resolution) });
          return score - part.share * crossEntropy(logits, part.labelShares, classes).loss;
        }, 0);
      });
    }
  }

  /** Tensors of a checkpoint. */
  tensors(): Record<string, WeightTensor> {
    const flat = (data: Float32Array) => ({ shape: [data.length], data });
    return {
      ...this.weights.toTensors(), 'optimizer.first': flat(this.#optimizer.first), 'optimizer.second': flat(this.#optimizer.second),
      ...(this.#average ? { [averageKey]: flat(this.#average.values) } : {}),
    };
  }

  /** The rest of a checkpoint, as JSON. */
  state(): { step: number; sampler: unknown } {
    return { step: this.step, sampler: this.sampler.state() };
  }

  /** Goes back to a checkpoint. @throws InputError `weights-mismatch` when it belongs to another network */
  restore(tensors: Readonly<Record<string, WeightTensor>>, state: unknown): void {
    const { step, sampler } = stateSchema.parse(state);
    const saved = Weights.fromTensors(this.weights.network, tensors);
    this.weights.trainable.set(saved.trainable);
    this.weights.statistics.set(saved.statistics);
    this.#optimizer.first.set(tensors['optimizer.first'].data as Float32Array);
    this.#optimizer.second.set(tensors['optimizer.second'].data as Float32Array);
    this.#average?.values.set(tensors[averageKey].data as Float32Array);
    this.#optimizer.step = step;
    this.sampler.restore(sampler);
  }

  #step(subnets: readonly Network[], smallestIndex: number | undefined, batch: TrainingBatch): StepReport & { scores: number[] } {
    const { settings } = this.#options;
    const step = this.step;
    clearGradient(this.#flat);
    const views = subnets.map((network) => new SubnetView(this.weights, network));
    const sums = new StepSums(subnets.length);
    const smallest = smallestIndex === undefined ? undefined : this.#smallest[smallestIndex];
    for (const part of this.#parts(batch)) this.#accumulate(views, smallest, part, sums);
    if (!Number.isFinite(sums.loss) || !Number.isFinite(sums.smallestLoss)) {
      throw new EnvironmentError('diverged', `Training diverged at step ${step + 1}: the loss is not a number. Lower training.learningRate or raise training.warmupSteps.`);
    }
    const clippedUnits = settings.adaptiveClip > 0 ? this.#adaptiveClipping.clip(settings.adaptiveClip) : undefined;
    const gradientNorm = this.#clipping.clip(settings.clipNorm);
    const learningRate = learningRateAt(step, settings);
    this.#optimizer.update(learningRate, this.#options.engine);
    this.#average?.update(rampedDecay(settings.averageDecay, step));
    const { loss, smallestLoss, accuracy, smallestAccuracy, scores } = sums;
    return {
      step: this.step, loss, learningRate, gradientNorm, accuracy, scores, ...(smallest ? { smallestLoss, smallestAccuracy } : {}),
      ...(clippedUnits === undefined ? {} : { clippedUnits }),
    };
  }

  #parts(batch: TrainingBatch): MicroBatch[] {
    const { classes, settings: { microBatchSize, labelSmoothing } } = this.#options;
    return microBatches(batch, microBatchSize ?? Infinity, { classes, labelSmoothing });
  }

  /** Adds a part's gradients of all subnets to the shared one. */
  #accumulate(views: readonly SubnetView[], smallest: SubnetView | undefined, part: MicroBatch, sums: StepSums): void {
    const { classes, settings } = this.#options;
    const soft = new Float32Array(part.targets.length);
    views.forEach((view, i) => {
      const result = this.#backpropagate(view, part, (logits) => crossEntropy(logits, part.targets, classes));
      for (let j = 0; j < soft.length; j++) soft[j] += result.probabilities[j] / views.length;
      sums.loss += part.share * result.loss / views.length;
      sums.accuracy += part.share * accuracy(result.probabilities, part.labels) / views.length;
      sums.scores[i] -= part.share * crossEntropyOf(result.probabilities, part.labelShares, classes);
    });
    if (smallest === undefined) return;
    const distillation = settings.smallestLoss === 'alpha-divergence' ? adaptiveDivergence : crossEntropy;
    const result = this.#backpropagate(smallest, part, (logits) => distillation(logits, soft, classes));
    sums.smallestLoss += part.share * result.loss;
    sums.smallestAccuracy += part.share * accuracy(result.probabilities, part.labels);
  }

  #backpropagate(view: SubnetView, part: MicroBatch, lossOf: (logits: Float32Array) => LossResult): LossResult {
    const { engine } = this.#options;
    const { resolution } = view.network;
    let result: LossResult | undefined;
    const images = { shape: [part.count, 3, resolution, resolution], data: part.at(resolution) };
    backpropagate(engine, view.network, (key) => view.shareOf(key), images, this.#flat, (logits) => {
      result = lossOf(logits);
      // The loss is a mean over its images; the batch's is the mean over all parts.
      return part.share === 1 ? result.gradient : result.gradient.map((value) => value * part.share);
    });
    return result!;
  }
}

/** The tensor of a checkpoint that holds the moving average of the weights. */
const averageKey = 'average';

/**
 * The weights that a checkpoint's subnets are judged by.
 * @param supernet lowered from the space's largest architecture
 * @throws InputError `weights-mismatch`
 */
export function evaluationWeights(supernet: Network, tensors: Readonly<Record<string, WeightTensor>>): Weights {
  const weights = Weights.fromTensors(supernet, tensors);
  const average = tensors[averageKey]?.data;
  if (average instanceof Float32Array && average.length === weights.trainable.length) weights.trainable.set(average);
  return weights;
}

/** What a step's parts add up to. */
class StepSums {
  loss = 0;
  smallestLoss = 0;
  accuracy = 0;
  smallestAccuracy = 0;
  readonly scores: number[];

  constructor(subnets: number) {
    this.scores = new Array<number>(subnets).fill(0);
  }
}

/** Mean over images, in nats. */
function crossEntropyOf(probabilities: Float32Array, targets: Float32Array, classes: number): number {
  let loss = 0;
  for (let i = 0; i < targets.length; i++) if (targets[i] > 0) loss -= targets[i] * Math.log(Math.max(probabilities[i], smallestProbability));
  return loss * classes / targets.length;
}

/** Of single precision: a lower one reads as zero, whose logarithm would be infinite. */
const smallestProbability = 2 ** -126;
