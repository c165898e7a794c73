import { z } from 'zod';
import { EnvironmentError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { ChainInput, Engine } from '../engine/engine.ts';
import type { FlatParameters } from '../engine/flatParameters.ts';
import { SharedFloats } from '../engine/wasm/sharedFloats.ts';
import { backpropagate } from '../model/backpropagate.ts';
import { fitWeights } from '../model/fitWeights.ts';
import { accuracy } from '../model/inference.ts';
import { features, weightsAfter } from '../model/parts.ts';
import type { WeightTensor } from '../model/safetensors.ts';
import { SubnetView } from '../model/subnet.ts';
import { layoutOf, Weights } from '../model/weights.ts';
import type { Network } from '../network/network.ts';
import { blocksAfter } from '../network/parts.ts';
import { AdaptiveClipping } from './adaptiveClipping.ts';
import { crossEntropy } from './loss.ts';
import { AdamW, clearGradient, GradientClipping, rampedDecay, WeightAverage } from './optimizer.ts';
import { learningRateAt } from './schedule.ts';
import { BranchScaling, StochasticDepth } from './stochasticDepth.ts';
import type { TrainingSettings } from './settings.ts';
import { batchParts, microBatches, type BatchAnswers, type BatchPart, type FeatureBatch, type MicroBatch, type TrainingBatch } from './supernet/microBatches.ts';
import { decayRanges } from './weightDecay.ts';

export type NetworkTrainingSettings = Pick<TrainingSettings,
  'steps' | 'warmupSteps' | 'learningRate' | 'minLearningRate' | 'weightDecay' | 'decayConvolutions' | 'clipNorm' | 'adaptiveClip'
  | 'averageDecay' | 'labelSmoothing' | 'microBatchSize'>;

export interface NetworkTrainerOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly settings: NetworkTrainingSettings;
  /** Where it begins: a seed for fresh weights, or weights of the same network, which stay as they are. */
  readonly start: { readonly seed: number | string } | { readonly weights: Weights };
  /**
   * How many of its first blocks stay as they begin, as in a transfer to other classes: they are run as in use, batch norms on the statistics that
   * the weights bring, and have neither gradients nor optimizer state. Not all of them.
   */
  readonly frozenBlocks?: number;
  /** Residual branches that are left out at random in training; none by default. */
  readonly stochasticDepth?: StochasticDepthOptions;
}

export interface StochasticDepthOptions {
  /** Probability that the last branch is left out. */
  readonly rate: number;
  /** Into how many parts, each of which loses branches of its own, a batch is cut at least. */
  readonly draws: number;
  readonly seed: number | string;
}

export interface NetworkStepReport {
  /** Steps done, this one included. */
  readonly step: number;
  readonly loss: number;
  /** Share of right answers on the batch it was trained on. */
  readonly accuracy: number;
  readonly learningRate: number;
  /** Norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

const stateSchema = z.object({ step: z.int().min(0) });

/**
 * Trains a single network: AdamW after a cosine schedule, on batches that the caller brings. Nothing here is drawn at
 * random but fresh weights, so the same batches give the same weights, also across `state`/`restore`. Running statistics
 * are not trained; calibrate them (`calibrateBatchNorm`) before the network is judged.
 */
export class NetworkTrainer {
  readonly weights: Weights;
  readonly #options: NetworkTrainerOptions;
  /** How many blocks are not trained. */
  readonly #frozenBlocks: number;
  /** The blocks after them: views of `weights`. */
  readonly #trained: Weights;
  readonly #flat: Required<FlatParameters>;
  readonly #view: SubnetView;
  readonly #optimizer: AdamW;
  readonly #clipping: GradientClipping;
  readonly #adaptiveClipping: AdaptiveClipping;
  readonly #average: WeightAverage | undefined;
  readonly #averaged: Weights | undefined;
  readonly #depth: StochasticDepth | undefined;
  readonly #branchScaling: BranchScaling | undefined;

  constructor(options: NetworkTrainerOptions) {
    const { network, settings, start, stochasticDepth, frozenBlocks = 0 } = options;
    const memory = new SharedFloats();
    const { trainableLength } = layoutOf(network);
    this.#options = options;
    this.#frozenBlocks = frozenBlocks;
    this.weights = new Weights(network, memory.allocate(trainableLength));
    if ('weights' in start) {
      this.weights.trainable.set(start.weights.trainable);
      this.weights.statistics.set(start.weights.statistics);
    } else {
      Weights.initialise(network, new Random(start.seed).fork('weights'), this.weights.trainable);
    }
    this.#trained = weightsAfter(this.weights, frozenBlocks);
    this.#flat = { memory, values: this.#trained.trainable, gradient: memory.allocate(this.#trained.trainable.length) };
    this.#view = new SubnetView(this.#trained, this.#trained.network);
    this.#optimizer = new AdamW(this.#flat, decayRanges(this.#trained, settings), settings);
    this.#clipping = new GradientClipping(this.#flat);
    this.#adaptiveClipping = new AdaptiveClipping(this.#flat, this.#trained.parameters.values());
    if (settings.averageDecay > 0) {
      this.#averaged = new Weights(network, memory.allocate(trainableLength), this.weights.statistics);
      this.#averaged.trainable.set(this.weights.trainable);
      this.#average = new WeightAverage(this.#flat, weightsAfter(this.#averaged, frozenBlocks).trainable);
    }
    if (stochasticDepth !== undefined && stochasticDepth.rate > 0) {
      this.#depth = new StochasticDepth(network, stochasticDepth.rate, frozenBlocks);
      this.#branchScaling = new BranchScaling(this.#flat, this.#trained, this.#depth.branches);
    }
  }

  /** Steps done. */
  get step(): number {
    return this.#optimizer.step;
  }

  /** Numbers that are trained. */
  get trainedParams(): number {
    return this.#flat.values.length;
  }

  /** What the network is judged by: the moving average of the weights where there is one. The same object at every step. */
  get evaluationWeights(): Weights {
    return this.#averaged ?? this.weights;
  }

  /**
   * One optimizer step.
   * @param batch images or, where blocks are frozen, what those make of them
   * @throws EnvironmentError `diverged` when the loss is not a number; the weights are as before the step
   */
  train(batch: TrainingBatch | FeatureBatch): NetworkStepReport {
    const { network: { classes }, settings } = this.#options;
    const { labelSmoothing, adaptiveClip, clipNorm, averageDecay } = settings;
    const step = this.step;
    clearGradient(this.#flat);
    let [loss, right] = [0, 0];
    const backpropagateAll = () => this.#parts(batch, { classes, labelSmoothing }).forEach(({ part, input }, i) => {
      backpropagate(this.#options.engine, this.#drawn(i), (key) => this.#view.shareOf(key), input(), this.#flat, (logits) => {
        const result = crossEntropy(logits, part.targets, classes);
        loss += part.share * result.loss;
        right += part.share * accuracy(logits, part.labels);
        // The loss is a mean over its images; the batch's is the mean over all parts.
        return part.share === 1 ? result.gradient : result.gradient.map((value) => value * part.share);
      });
    });
    if (this.#branchScaling) this.#branchScaling.during(backpropagateAll);
    else backpropagateAll();
    if (!Number.isFinite(loss)) {
      throw new EnvironmentError('diverged', `Training diverged at step ${step + 1}: the loss is not a number. Lower training.learningRate or raise training.warmupSteps.`);
    }
    if (adaptiveClip > 0) this.#adaptiveClipping.clip(adaptiveClip);
    const gradientNorm = this.#clipping.clip(clipNorm);
    const learningRate = learningRateAt(step, settings);
    this.#optimizer.update(learningRate, this.#options.engine);
    this.#average?.update(rampedDecay(averageDecay, step));
    return { step: this.step, loss, accuracy: right, learningRate, gradientNorm };
  }

  /**
   * The same training, from here on with a network that differs in the map that its learned positions lie on. Their weights, averages and
   * moments are resampled; second moments, which interpolation could make negative, are kept from that.
   * @throws InputError `weights-mismatch` when it is another network
   */
  movedTo(network: Network): NetworkTrainer {
    const next = new NetworkTrainer({ ...this.#options, network, start: { weights: new Weights(network) } });
    const random = new Random('positions alone');
    const move = (weights: Weights, to: Network) => fitWeights(to, weights.toTensors(), { random }).weights;
    const { network: trained, statistics } = this.#trained;
    const moveTrained = (values: Float32Array) => move(new Weights(trained, values, statistics), blocksAfter(network, this.#frozenBlocks)).trainable;
    const flat = (data: Float32Array) => ({ shape: [data.length], data });
    next.restore({
      ...move(this.weights, network).toTensors(), 'optimizer.first': flat(moveTrained(this.#optimizer.first)),
      'optimizer.second': flat(moveTrained(this.#optimizer.second).map((value) => Math.max(0, value))),
      ...(this.#average ? { average: flat(moveTrained(this.#average.values)) } : {}),
    }, this.state());
    return next;
  }

  /** Tensors of a checkpoint. */
  tensors(): Record<string, WeightTensor> {
    const flat = (data: Float32Array) => ({ shape: [data.length], data: data.slice() });
    return {
      ...this.weights.toTensors(), 'optimizer.first': flat(this.#optimizer.first), 'optimizer.second': flat(this.#optimizer.second),
      ...(this.#average ? { average: flat(this.#average.values) } : {}),
    };
  }

  /** The rest of a checkpoint, as JSON. */
  state(): { step: number } {
    return { step: this.step };
  }

  /** Goes back to a checkpoint. @throws InputError `weights-mismatch` when it belongs to another network */
  restore(tensors: Readonly<Record<string, WeightTensor>>, state: unknown): void {
    const { step } = stateSchema.parse(state);
    const saved = Weights.fromTensors(this.weights.network, tensors);
    this.weights.trainable.set(saved.trainable);
    this.weights.statistics.set(saved.statistics);
    this.#optimizer.first.set(tensors['optimizer.first'].data as Float32Array);
    this.#optimizer.second.set(tensors['optimizer.second'].data as Float32Array);
    this.#averaged?.trainable.set(this.weights.trainable);
    this.#average?.values.set(tensors.average.data as Float32Array);
    this.#optimizer.step = step;
  }

  /** Images that are computed at once. */
  #partSize({ labels: { length } }: BatchAnswers): number {
    const { settings: { microBatchSize = Infinity }, stochasticDepth } = this.#options;
    return this.#depth ? Math.min(microBatchSize, Math.ceil(length / stochasticDepth!.draws)) : microBatchSize;
  }

  /** What is trained of the network, as a part of the step's batch sees it. */
  #drawn(part: number): Network {
    const { stochasticDepth } = this.#options;
    return this.#depth?.draw(new Random(`${stochasticDepth!.seed}/depth/${this.step}/${part}`)) ?? this.#trained.network;
  }

  /** The batch in parts, with what the first trained block reads of each. */
  #parts(batch: TrainingBatch | FeatureBatch, defaults: { classes: number; labelSmoothing: number }): { part: BatchPart; input: () => ChainInput }[] {
    const size = this.#partSize(batch);
    if ('features' in batch) {
      const { shape: [, ...shape], data } = batch.features;
      const rowLength = shape.reduce((product, dim) => product * dim, 1);
      return batchParts(batch, size, defaults).map((part) => ({ part, input: () => ({ shape: [part.count, ...shape], data: part.rowsOf(data, rowLength) }) }));
    }
    return microBatches(batch, size, defaults).map((part) => ({ part, input: () => this.#inputOf(part) }));
  }

  #inputOf(part: MicroBatch): ChainInput {
    const { engine, network: { resolution } } = this.#options;
    const pixels = part.at(resolution);
    return this.#frozenBlocks === 0 ? { shape: [part.count, 3, resolution, resolution], data: pixels }
      : features(engine, this.weights, this.#frozenBlocks, { count: part.count, size: resolution, pixels });
  }
}
