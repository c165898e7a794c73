import { Random } from '../../base/random.ts';
import { readBatch } from '../../data/batch.ts';
import { batchIndices } from '../../data/order.ts';
import { withLabels } from '../../training/distillation/targets.ts';
import { Teachers, type PendingTargets } from '../../training/distillation/teachers.ts';
import { smoothed, smoothedLabels } from '../../training/loss.ts';
import { mixBatch, type MixedBatch } from '../../training/mix/mixBatch.ts';
import type { TrainingBatch } from '../../training/supernet/microBatches.ts';
import type { Engine } from '../../engine/engine.ts';
import type { TrainingSettings } from '../../training/settings.ts';
import { warn, type RunData, type WarnedStudy } from './context.ts';
import type { RunHooks } from './hooks.ts';
import type { ImagesOwner } from './prepareRun.ts';

/** What batches depend on, of a study that trains a supernet or of a training of one network. */
export interface BatchesContext extends RunData {
  readonly study: Omit<ImagesOwner, 'settings'> & WarnedStudy;
  readonly hooks: RunHooks;
  readonly engine: Engine;
  readonly settings: {
    readonly seed: number;
    readonly training: Pick<TrainingSettings, 'steps' | 'batchSize' | 'labelSmoothing' | 'mix' | 'distillation'>;
  };
}

export interface StudyBatch extends TrainingBatch {
  /** Share that each image keeps of itself; 1 where nothing is mixed. */
  readonly mixLambda: number;
}

/** A batch whose teachers may still be thinking. */
interface BegunBatch {
  readonly step: number;
  readonly mixed: MixedBatch;
  readonly labels: StudyBatch['labels'];
  readonly answers: PendingTargets;
}

/** The batches of a study's training: views of images, mixed, with what labels and teachers say of them. */
export class TrainingBatches {
  readonly #context: BatchesContext;
  readonly #teachers: Teachers;
  #next: BegunBatch | undefined;

  private constructor(context: BatchesContext, teachers: Teachers) {
    this.#context = context;
    this.#teachers = teachers;
  }

  /** @throws InputError and EnvironmentError as `Teachers.open` */
  static async open(context: BatchesContext): Promise<TrainingBatches> {
    const { study, engine, data, normalisation, augmentation } = context;
    const { training, seed } = context.settings;
    return new TrainingBatches(context, await Teachers.open(training.distillation, {
      baseDir: study.info.baseDir, cacheDir: study.paths.cache, classes: data.classes, threads: engine.info.threads,
      imageSize: data.imageSize, normalisation, dataId: data.id, trainingImages: data.train.count, augmentation, mix: training.mix,
      seed, steps: training.steps, batchSize: training.batchSize, onNote: (message) => warn(context, 'teacher-cache', message),
    }));
  }

  /** Answers of teachers so far, in images times teachers: those that were computed, and those that were on disk. */
  get teacherAnswers(): { readonly asked: number; readonly cached: number } {
    return this.#teachers.counts;
  }

  /**
   * The batch of a step, from 0; the same one whenever it is asked for. The next step's is begun then, so that teachers'
   * other threads answer while the step is trained.
   * @throws EnvironmentError `teacher-failed`, `teacher-thread`
   */
  async at(step: number): Promise<StudyBatch> {
    const begun = this.#next?.step === step ? this.#next : this.#begin(step);
    this.#next = undefined;
    const batch = await this.#finish(begun);
    if (step + 1 < this.#context.settings.training.steps) this.#next = this.#begin(step + 1);
    return batch;
  }

  #begin(step: number): BegunBatch {
    const { settings: { training, seed }, data, normalisation, augmentation } = this.#context;
    const indices = batchIndices(`${seed}/training`, step, training.batchSize, data.train.count);
    const { images, labels } = readBatch(data.train, indices, {
      imageSize: data.imageSize, normalisation, augmentation: { ...augmentation, seed: `${seed}/training`, step },
    });
    const mixed = mixBatch(images, smoothedLabels(labels, data.classes.length, 0), data.imageSize, training.mix, new Random(`${seed}/mix/${step}`));
    // Most of each image is then its partner's.
    const mainLabels = mixed.lambda < 0.5 ? labels.toReversed() : labels;
    return { step, mixed, labels: mainLabels, answers: this.#teachers.begin({ images: mixed.images, indices }, step) };
  }

  async #finish({ mixed: { images, targets: labelShares, lambda: mixLambda }, labels, answers }: BegunBatch): Promise<StudyBatch> {
    const { settings: { training }, data } = this.#context;
    const smoothedShares = smoothed(labelShares, data.classes.length, training.labelSmoothing);
    const targets = withLabels(smoothedShares, await answers.finish(), this.#teachers.labelShare);
    return { images, labels, imageSize: data.imageSize, targets, labelShares, mixLambda };
  }

  close(): void {
    this.#teachers.close();
  }
}
