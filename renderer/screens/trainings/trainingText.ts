import type { OutputOf } from '../../../core/api/contract/contract.ts';
import { formatCount, formatDuration, formatMacs, formatMs, formatParams, formatPercent } from '../../format/index.ts';
import type { KeyValueItem } from '../../kit/index.ts';

export type TrainingResult = NonNullable<OutputOf<'trainings.get'>['result']>;

/** A finished training in short. */
export function resultItems(result: TrainingResult): KeyValueItem[] {
  const { evaluation, exported, epochs, best, data, retokenization, latencies } = result;
  return [
    { key: 'Top-1', value: `${formatPercent(evaluation.accuracy)} of ${formatCount(evaluation.images)} validation images, by the ${evaluation.weights} weights` },
    { key: 'Top-5', value: formatPercent(evaluation.top5Accuracy) },
    { key: 'Exported file', value: `${formatPercent(exported.accuracy)} in ONNX Runtime, ${exported.path}` },
    { key: 'Network', value: `${formatMacs(result.macs, { unit: true })}, ${formatParams(result.params)} parameters, ${result.resolution} px` },
    ...latencies.map(({ device, latencyMs, lowMs, highMs }): KeyValueItem => (
      { key: device, value: `${formatMs(latencyMs)} predicted (${formatMs(lowMs)} to ${formatMs(highMs)})` })),
    { key: 'Trained', value: `${epochs.at(-1)!.epoch.toFixed(1)} epochs of ${formatCount(data.trainImages)} images${result.stoppedEarly ? ', stopped early' : ''}; best at ${best.epoch.toFixed(1)}` },
    { key: 'Began with', value: result.start },
    ...(result.preset === null ? [] : [{ key: 'Recipe', value: result.preset }]),
    ...(retokenization === null ? [] : [{ key: 'Fewer tokens', value: `saved ${formatPercent(retokenization.savedMacsShare)} of the training's MACs` }]),
    { key: 'Time in steps', value: formatDuration(result.trainingSeconds) },
  ];
}

/** Two classes that are taken for each other: how often, and of how many images. */
export interface Confusion {
  readonly label: string;
  readonly predicted: string;
  readonly count: number;
  readonly share: number;
}

/** The most frequent mistakes, first by the share of the class's images. */
export function confusions({ confusion, perClass }: TrainingResult['evaluation'], most: number): Confusion[] {
  return confusion.flatMap((row, label) => row.map((count, predicted) => ({
    label: perClass[label].class, predicted: perClass[predicted].class, count: label === predicted ? 0 : count, share: count / Math.max(1, perClass[label].images),
  }))).filter(({ count }) => count > 0).sort((a, b) => b.share - a.share || b.count - a.count).slice(0, most);
}
