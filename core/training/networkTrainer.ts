import { z } from 'zod';
import { EnvironmentError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { flatParameters, type FlatParameters } from '../engine/flatParameters.ts';
import { backpropagate } from '../model/backpropagate.ts';
import { fitWeights } from '../model/fitWeights.ts';
import { accuracy } from '../model/inference.ts';
import type { WeightTensor } from '../model/safetensors.ts';
import { SubnetView } from '../model/subnet.ts';
import { layoutOf, Weights } from '../model/weights.ts';
import type { Network } from '../network/network.ts';
import { AdaptiveClipping } from './adaptiveClipping.ts';
import { crossEntropy } from './loss.ts';
import { AdamW, clearGradient, GradientClipping, rampedDecay, WeightAverage } from './optimizer.ts';
import { learningRateAt } from './schedule.ts';
import { BranchScaling, StochasticDepth } from './stochasticDepth.ts';
import type { TrainingSettings } from './settings.ts';
import { microBatches, type TrainingBatch } from './supernet/microBatches.ts';
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
  /** Whether only the last block learns, as in a transfer to other classes. */
  readonly freezeBackbone?: boolean;
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
  readonly #flat: Required<FlatParameters>;
  readonly #whole: SubnetView;
  readonly #optimizer: AdamW;
  readonly #clipping: GradientClipping;
  readonly #adaptiveClipping: AdaptiveClipping;
  readonly #average: WeightAverage | undefined;
  readonly #averaged: Weights | undefined;
  /** Numbers at the beginning of the flat buffers that stay as they are: without gradient and decay, AdamW leaves them. */
  readonly #frozenLength: number;
  readonly #depth: StochasticDepth | undefined;
  readonly #branchScaling: BranchScaling | undefined;

  constructor(options: NetworkTrainerOptions) {
    const { network, settings, start, stochasticDepth, freezeBackbone = false } = options;
    this.#options = options;
    this.#flat = flatParameters(layoutOf(network).trainableLength);
    if ('weights' in start) {
      this.weights = new Weights(network, this.#flat.values);
      this.weights.trainable.set(start.weights.trainable);
      this.weights.statistics.set(start.weights.statistics);
    } else {
      this.weights = Weights.initialise(network, new Random(start.seed).fork('weights'), this.#flat.values);
    }
    this.#whole = new SubnetView(this.weights, network);
    this.#frozenLength = freezeBackbone ? startOfLastBlock(this.weights) : 0;
    const isFrozen = (offset: number) => offset < this.#frozenLength;
    const ranges = decayRanges(this.weights, settings).map((range) => (isFrozen(range.offset) ? { ...range, decay: false } : range));
    this.#optimizer = new AdamW(this.#flat, ranges, settings);
    this.#clipping = new GradientClipping(this.#flat);
    this.#adaptiveClipping = new AdaptiveClipping(this.#flat, this.weights.parameters.values());
    this.#average = settings.averageDecay > 0 ? new WeightAverage(this.#flat) : undefined;
    this.#averaged = this.#average && new Weights(network, this.#average.values);
    if (stochasticDepth !== undefined && stochasticDepth.rate > 0) {
      this.#depth = new StochasticDepth(network, stochasticDepth.rate);
      this.#branchScaling = new BranchScaling(this.#flat, this.weights, this.#depth.branches);
    }
  }

  /** Steps done. */
  get step(): number {
    return this.#optimizer.step;
  }

  /** What the network is judged by: the moving average of the weights where there is one. The same object at every step. */
  get evaluationWeights(): Weights {
    return this.#averaged ?? this.weights;
  }

  /**
   * One optimizer step.
   * @throws EnvironmentError `diverged` when the loss is not a number; the weights are as before the step
   */
  train(batch: TrainingBatch): NetworkStepReport {
    const { network: { classes }, settings } = this.#options;
    const { labelSmoothing, adaptiveClip, clipNorm, averageDecay } = settings;
    const step = this.step;
    clearGradient(this.#flat);
    let [loss, right] = [0, 0];
    const backpropagateAll = () => microBatches(batch, this.#partSize(batch), { classes, labelSmoothing }).forEach((part, i) => {
      this.#backpropagate(this.#drawn(i), part.at(this.#options.network.resolution), part.count, (logits) => {
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
    this.#flat.gradient.fill(0, 0, this.#frozenLength);
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
    const move = (values: Float32Array) => fitWeights(network, new Weights(this.weights.network, values, this.weights.statistics).toTensors(), { random }).weights;
    const moved = move(this.weights.trainable);
    const flat = (data: Float32Array) => ({ shape: [data.length], data });
    next.restore({
      ...moved.toTensors(), 'optimizer.first': flat(move(this.#optimizer.first).trainable),
      'optimizer.second': flat(move(this.#optimizer.second).trainable.map((value) => Math.max(0, value))),
      ...(this.#average ? { average: flat(move(this.#average.values).trainable) } : {}),
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
    this.#average?.values.set(tensors.average.data as Float32Array);
    this.#optimizer.step = step;
  }

  /** Images that are computed at once. */
  #partSize({ labels: { length } }: TrainingBatch): number {
    const { settings: { microBatchSize = Infinity }, stochasticDepth } = this.#options;
    return this.#depth ? Math.min(microBatchSize, Math.ceil(length / stochasticDepth!.draws)) : microBatchSize;
  }

  /** The network as a part of the step's batch sees it. */
  #drawn(part: number): Network {
    const { network, stochasticDepth } = this.#options;
    return this.#depth?.draw(new Random(`${stochasticDepth!.seed}/depth/${this.step}/${part}`)) ?? network;
  }

  #backpropagate(network: Network, pixels: Float32Array, count: number, gradientOf: (logits: Float32Array) => Float32Array): void {
    const { engine } = this.#options;
    const { resolution } = network;
    const images = { shape: [count, 3, resolution, resolution], data: pixels };
    backpropagate(engine, network, (key) => this.#whole.shareOf(key), images, this.#flat, gradientOf);
  }
}

/** Blocks lie in the flat buffers in their order. */
function startOfLastBlock({ network, parameters }: Weights): number {
  const last = network.blocks.at(-1)!.name;
  const own = [...parameters.values()].filter(({ key, trainable }) => key.startsWith(`${last}.`) && trainable !== false);
  return Math.min(...own.map(({ offset }) => offset));
}
