import type { PayloadOf } from '../../../core/api/contract/contract.ts';
import type { LineSeries } from '../../charts/types.ts';
import { SeriesTable } from '../run/seriesTable.ts';

export type TrainingEvent = PayloadOf<'training.events'>['events'][number];

/** A training's history as columns that grow event by event and lose what was done again after a resume. */
export class TrainingHistory {
  readonly steps = new SeriesTable(['step', 'loss', 'accuracy', 'learningRate', 'imagesPerSecond'] as const);
  readonly epochs = new SeriesTable(['step', 'epoch', 'accuracy', 'top5Accuracy', 'loss', 'isBest'] as const);
  /** The failure that nothing came after. */
  failure: Extract<TrainingEvent, { kind: 'failed' }> | undefined;

  add(event: TrainingEvent): void {
    if (event.kind !== 'warning' && event.kind !== 'interrupted') this.failure = event.kind === 'failed' ? event : undefined;
    switch (event.kind) {
      case 'resumed':
        this.steps.dropAfter(event.afterSeq);
        this.epochs.dropAfter(event.afterSeq);
        return;
      case 'step': {
        const { step, loss, accuracy, learningRate, imagesPerSecond } = event;
        return this.steps.add(event.seq, { step, loss, accuracy, learningRate, imagesPerSecond });
      }
      case 'epoch': {
        const { step, epoch, accuracy, top5Accuracy, loss, isBest } = event;
        return this.epochs.add(event.seq, { step, epoch, accuracy, top5Accuracy, loss, isBest: Number(isBest) });
      }
    }
  }
}

/** Losses of steps, as they are trained on, and of evaluations. */
export function lossCurves({ steps, epochs }: TrainingHistory): LineSeries[] {
  return [
    { id: 'training', name: 'Training', tone: 2, x: steps.column('step'), y: steps.column('loss') },
    { id: 'validation', name: 'Validation', tone: 3, dashed: true, smooth: false, x: epochs.column('step'), y: epochs.column('loss') },
  ];
}

/** In percent. */
export function accuracyCurves({ steps, epochs }: TrainingHistory): LineSeries[] {
  const percent = (values: Float64Array) => values.map((value) => 100 * value);
  const at = epochs.column('step');
  return [
    { id: 'training', name: 'Training', tone: 2, x: steps.column('step'), y: percent(steps.column('accuracy')) },
    { id: 'validation', name: 'Validation', tone: 3, dashed: true, smooth: false, x: at, y: percent(epochs.column('accuracy')) },
    { id: 'top5', name: 'Validation, top 5', tone: 4, dashed: true, smooth: false, x: at, y: percent(epochs.column('top5Accuracy')) },
  ];
}
