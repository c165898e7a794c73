import { Random } from '../../base/random.ts';
import { readBatch } from '../../data/batch.ts';
import { batchIndices } from '../../data/order.ts';
import { withLabels } from '../../training/distillation/targets.ts';
import { Teachers } from '../../training/distillation/teachers.ts';
import { smoothed, smoothedLabels } from '../../training/loss.ts';
import { mixBatch } from '../../training/mix/mixBatch.ts';
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

/** The batches of a study's training: views of images, mixed, with what labels and teachers say of them. */
export class TrainingBatches {
  readonly #context: BatchesContext;
  readonly #teachers: Teachers;

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

  /** The batch of a step, from 0; the same one whenever it is asked for. */
  async at(step: number): Promise<StudyBatch> {
    const { settings: { training, seed }, data, normalisation, augmentation } = this.#context;
    const indices = batchIndices(`${seed}/training`, step, training.batchSize, data.train.count);
    const { images, labels } = readBatch(data.train, indices, {
      imageSize: data.imageSize, normalisation, augmentation: { ...augmentation, seed: `${seed}/training`, step },
    });
    const classes = data.classes.length;
    const mixed = mixBatch(images, smoothedLabels(labels, classes, 0), data.imageSize, training.mix, new Random(`${seed}/mix/${step}`));
    const answers = await this.#teachers.targetsFor({ images: mixed.images, indices }, step);
    const targets = withLabels(smoothed(mixed.targets, classes, training.labelSmoothing), answers, this.#teachers.labelShare);
    // Most of each image is then its partner's.
    const mainLabels = mixed.lambda < 0.5 ? labels.toReversed() : labels;
    return { images: mixed.images, labels: mainLabels, imageSize: data.imageSize, targets, labelShares: mixed.targets, mixLambda: mixed.lambda };
  }

  close(): void {
    this.#teachers.close();
  }
}
