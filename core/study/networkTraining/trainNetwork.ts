import { z } from 'zod';
import { CancelledError, InputError } from '../../base/errors.ts';
import type { Weights } from '../../model/weights.ts';
import { ClassificationTally } from '../../training/classification/tally.ts';
import { NetworkTrainer, type NetworkStepReport, type NetworkTrainerOptions } from '../../training/networkTrainer.ts';
import type { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import type { LoadedCheckpoint } from '../checkpoints.ts';
import { beginPhase } from '../run/beginPhase.ts';
import { warn } from '../run/context.ts';
import { safePoint, workedMs } from '../run/hooks.ts';
import { splitFeatures, type SplitFeatures } from './frozenFeatures.ts';
import { openBatches, type NetworkBatch, type NetworkBatches } from './networkBatches.ts';
import { startingFactsSchema, type StartingFacts } from './startingFacts.ts';
import { startingWeights, startText } from './startingPoint.ts';
import { epochSchema, type EpochRecord } from './epochRecord.ts';
import { evaluatorOf, judge } from './judge.ts';
import type { NetworkTrainingContext, TrainingMaterial } from './trainingContext.ts';
import { writeWeights } from './weightsFile.ts';

const stateSchema = z.object({
  data: z.string(),
  /** The space's key of the architecture. */
  network: z.string(),
  phase: z.int().min(0),
  trainer: z.unknown(),
  epochs: z.array(epochSchema),
  /** Place of the best in `epochs`. */
  best: z.int().nullable(),
  losses: z.object({ sum: z.number(), steps: z.int() }),
  notes: z.array(z.string()),
  starting: startingFactsSchema.nullable().default(null),
});

/** What a training leaves behind. */
export interface TrainedNetwork {
  readonly epochs: readonly EpochRecord[];
  readonly best: EpochRecord;
  /** Whether it ended before its last epoch, because it no longer got better. */
  readonly stoppedEarly: boolean;
  /** What was done to the weights that it began with; sentences for people. */
  readonly notes: readonly string[];
  /** Null where it began with fresh weights. */
  readonly starting: StartingFacts | null;
}

/**
 * Trains the network from where its last checkpoint left it, evaluating it at intervals. The best weights are in `models/best.safetensors`,
 * the last in `models/last.safetensors`.
 * @throws CancelledError with everything saved; InputError `other-data`, `other-network`
 */
export async function trainNetwork(context: NetworkTrainingContext): Promise<TrainedNetwork> {
  const training = await NetworkTraining.open(context);
  if (!training.isOver) {
    const batches = await training.openBatches();
    try {
      await training.run(batches);
    } finally {
      batches.close();
    }
  }
  return training.outcome();
}

class NetworkTraining {
  readonly #context: NetworkTrainingContext;
  readonly #notes: readonly string[];
  readonly #starting: StartingFacts | null;
  /** What the frozen blocks make of the images, where that is kept. */
  #features: SplitFeatures | undefined;
  #trainer: NetworkTrainer;
  /** Of the plan's; it grows when its network gives way to one with more tokens. */
  #phase: number;
  #evaluator: SubnetEvaluator | undefined;
  #epochs: EpochRecord[] = [];
  #best: number | null = null;
  #losses = { sum: 0, steps: 0 };
  /** That it goes on from. */
  #checkpoint: Pick<LoadedCheckpoint, 'eventSeq'> | undefined;

  private constructor(context: NetworkTrainingContext, trainer: NetworkTrainer, phase: number, { notes, starting }: Pick<TrainedNetwork, 'notes' | 'starting'>) {
    this.#context = context;
    this.#trainer = trainer;
    this.#phase = phase;
    this.#notes = notes;
    this.#starting = starting;
  }

  static async open(context: NetworkTrainingContext): Promise<NetworkTraining> {
    const { study, space, arch, plan: { phases }, data, settings } = context;
    const checkpoint = await study.loadLatestCheckpoint({ phase: 'training' });
    if (!checkpoint) {
      const network = phases.at(-1)!.network;
      const start = await startingWeights({ settings, info: study.info }, { space, arch, network, classNames: data.classes, engine: context.engine });
      for (const note of start?.notes ?? []) context.hooks.onMessage?.(note, 'info');
      // Weights fit the network with all tokens, fresh ones are the same for all, so that every plan of phases starts alike.
      const whole = trainerOf(context, phases.length - 1, start ? { weights: start.weights } : { seed: settings.seed });
      return new NetworkTraining(context, phases.length === 1 ? whole : whole.movedTo(phases[0].network), 0, {
        notes: start?.notes ?? [], starting: start ? { newHead: [...start.newHead], resampled: [...start.resampled], frozenBlocks: context.frozenBlocks, trainedParams: whole.trainedParams } : null,
      });
    }
    const state = stateSchema.parse(checkpoint.state);
    if (state.data !== data.id) {
      throw new InputError('other-data', `${study.directory}: the images have changed since this training was begun; restore them or start a new one.`);
    }
    if (state.network !== space.key(arch)) {
      throw new InputError('other-network', `${study.directory}: the file of the architecture has changed since this training was begun; restore it or start a new one.`);
    }
    const trainer = trainerOf(context, state.phase, { seed: settings.seed });
    trainer.restore(checkpoint.tensors, state.trainer);
    for (const message of checkpoint.damaged) warn(context, 'damaged-checkpoint', message);
    const training = new NetworkTraining(context, trainer, state.phase, state);
    training.#epochs = state.epochs;
    training.#best = state.best;
    training.#losses = state.losses;
    training.#checkpoint = { eventSeq: checkpoint.eventSeq };
    return training;
  }

  get isOver(): boolean {
    return this.#trainer.step >= this.#context.schedule.steps || this.#stopsEarly();
  }

  outcome(): TrainedNetwork {
    return { epochs: this.#epochs, best: this.#epochs[this.#best!], stoppedEarly: this.#trainer.step < this.#context.schedule.steps, notes: this.#notes, starting: this.#starting };
  }

  /** @throws CancelledError, and those of `TrainingBatches.open` */
  async openBatches(): Promise<NetworkBatches> {
    this.#features = await splitFeatures(this.#context, this.#trainer.weights);
    return openBatches(this.#context, this.#features?.train);
  }

  async run(batches: NetworkBatches): Promise<void> {
    const { study, hooks, schedule, settings } = this.#context;
    const { training: recipe } = settings;
    const startedMs = workedMs(hooks);
    beginPhase(this.#context, 'training', { totalSteps: schedule.steps, step: this.#trainer.step, checkpoint: this.#checkpoint });
    if (this.#starting && !this.#checkpoint) study.events.append({ kind: 'starting-weights', from: startText(settings.start), ...this.#starting });
    while (!this.isOver) {
      this.#enterPhase();
      const stepStartedMs = performance.now();
      const batch = await batches.at(this.#trainer.step);
      const report = this.#trainer.train(batch);
      this.#losses = { sum: this.#losses.sum + report.loss, steps: this.#losses.steps + 1 };
      const seconds = (performance.now() - stepStartedMs) / 1000;
      study.events.append(stepEvent(report, batch, { imagesPerSecond: recipe.batchSize / seconds, ...batches.teacherAnswers }));
      hooks.onProgress?.({ phase: 'training', done: report.step, total: schedule.steps, unit: 'steps', note: this.#progressNote(report) });
      await safePoint(hooks);
      if (hooks.signal?.aborted) {
        await this.#save();
        throw new CancelledError();
      }
      if (report.step % schedule.evaluateEverySteps === 0 || report.step === schedule.steps) await this.#evaluate();
      else if (report.step % recipe.checkpointEverySteps === 0) await this.#save();
    }
    study.events.append({ kind: 'phase-finished', phase: 'training', seconds: (workedMs(hooks) - startedMs) / 1000 });
  }

  /** Hands the weights on to the network of the step that comes next. */
  #enterPhase(): void {
    const { schedule: { coarsePhaseEnds }, plan: { phases } } = this.#context;
    const ends = coarsePhaseEnds.findIndex((end) => this.#trainer.step < end);
    const phase = ends === -1 ? phases.length - 1 : ends;
    if (phase === this.#phase) return;
    this.#trainer = this.#trainer.movedTo(phases[phase].network);
    this.#phase = phase;
    this.#evaluator = undefined;
  }

  async #evaluate(): Promise<void> {
    const context = this.#context;
    const weights = this.#extracted();
    const { study, schedule, plan, data, settings: { training: { earlyStopping: { minImprovement } } } } = context;
    const tally = new ClassificationTally(data.classes.length, { wrongImages: 0 });
    await judge(context, weights, tally, this.#features?.val);
    const { accuracy, top5Accuracy, loss, images } = tally.result();
    const { step } = this.#trainer;
    const epoch = step / schedule.stepsPerEpoch;
    const isLastPhase = this.#phase === plan.phases.length - 1;
    const best = this.#best === null ? undefined : this.#epochs[this.#best];
    const isBest = isLastPhase && (best === undefined || accuracy > best.accuracy + minImprovement);
    this.#epochs = [...this.#epochs, { epoch, step, trainingLoss: this.#losses.sum / this.#losses.steps, accuracy, top5Accuracy, loss }];
    this.#losses = { sum: 0, steps: 0 };
    study.events.append({ kind: 'epoch', epoch, step, accuracy, top5Accuracy, loss, images, isBest });
    if (isBest) {
      this.#best = this.#epochs.length - 1;
      await writeWeights(context, study.paths.best, weights);
    }
    if (this.isOver) await writeWeights(context, study.paths.last, weights);
    await this.#save();
  }

  /** What the network is judged by, batch norms calibrated. */
  #extracted(): Weights {
    const { evaluationWeights: weights } = this.#trainer;
    this.#evaluator ??= evaluatorOf(this.#context, weights);
    return this.#evaluator.extract(weights.network);
  }

  #stopsEarly(): boolean {
    const { earlyStopping: { patienceEpochs } } = this.#context.settings.training;
    const [last, best] = [this.#epochs.at(-1), this.#best === null ? undefined : this.#epochs[this.#best]];
    // Half a step of rounding: epochs are quotients.
    return patienceEpochs !== undefined && last !== undefined && best !== undefined && last.epoch - best.epoch > patienceEpochs - 1e-9;
  }

  async #save(): Promise<void> {
    const { study, data, space, arch } = this.#context;
    const state: z.output<typeof stateSchema> = {
      data: data.id, network: space.key(arch), phase: this.#phase, trainer: this.#trainer.state(), epochs: this.#epochs, best: this.#best, losses: this.#losses, notes: [...this.#notes], starting: this.#starting,
    };
    await study.saveCheckpoint({ phase: 'training', step: this.#trainer.step, tensors: this.#trainer.tensors(), state });
  }

  #progressNote({ loss, accuracy }: NetworkStepReport): string {
    const last = this.#epochs.at(-1);
    const judged = last === undefined ? `accuracy ${(100 * accuracy).toFixed(0)} % of the batch` : `validation accuracy ${(100 * last.accuracy).toFixed(1)} %`;
    return `loss ${loss.toFixed(3)}, ${judged}`;
  }
}

/** The trainer of the network of one of the plan's phases. */
export function trainerOf(context: TrainingMaterial, phase: number, start: NetworkTrainerOptions['start']): NetworkTrainer {
  const { engine, plan, schedule, frozenBlocks, settings: { seed, training: { stochasticDepth } } } = context;
  return new NetworkTrainer({
    engine, network: plan.phases[phase].network, settings: schedule.trainer, start, stochasticDepth: { ...stochasticDepth, seed }, frozenBlocks,
  });
}

function stepEvent(report: NetworkStepReport, batch: NetworkBatch, { imagesPerSecond, asked, cached }: { imagesPerSecond: number; asked: number; cached: number }) {
  const { step, loss, accuracy, learningRate, gradientNorm } = report;
  return {
    kind: 'step' as const, step, loss, accuracy, learningRate, gradientNorm, imagesPerSecond,
    metrics: { mixLambda: batch.mixLambda, ...(asked + cached > 0 ? { teacherAnswersAsked: asked, teacherAnswersCached: cached } : {}) },
    memoryBytes: process.memoryUsage.rss(),
  };
}
