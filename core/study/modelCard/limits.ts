import type { ModelCard } from './schema.ts';

/** Fewer validation images than these leave an accuracy wide open. */
const fewImages = 500;

/** What follows from a card's own facts about what its model cannot be taken for. */
export function limitsOf(card: ModelCard): string[] {
  const { weights, data, accuracy, latencies, input, file, backbone } = card;
  if (weights.origin === 'untrained') {
    return [
      `The weights are untrained: the model is good for measuring latency and as a start of a training. Its ${backbone === undefined ? 'answers' : 'maps'} mean nothing.`, ...latencyLimits(latencies),
    ];
  }
  return [
    ...(backbone === undefined ? [answerLimit(card)] : mapLimits(card.network.resolution, backbone)),
    ...(weights.origin === 'inherited' ? ['The weights are inherited from a supernet, whose networks share them; trained by itself, the network usually does better.'] : []),
    ...(data === null ? ['What images it was trained on is not known here.'] : []),
    ...(input.normalisation === null ? ["How pixels have to be normalised is not known here."] : []),
    ...(backbone !== undefined ? [] : accuracy === null ? ['Its accuracy is not known: nothing has measured it.'] : accuracyLimits(accuracy)),
    ...(file.calibration?.source.includes('random numbers') ? ['The ranges of its integers come from random numbers, so its answers are worthless; it is good for measuring latency.'] : []),
    ...latencyLimits(latencies),
  ];
}

function answerLimit({ classNames, network }: ModelCard): string {
  return `It tells ${classNames === null ? `${network.classes} classes` : `the ${network.classes} classes above`} apart and answers with one of them, whatever an image shows. `
    + 'It has not been tried on images from elsewhere, nor for fairness or safety; decisions about people are no intended use.';
}

/** @param resolution of the classifier */
function mapLimits(resolution: number, { imageSize: { height, width } }: NonNullable<ModelCard['backbone']>): string[] {
  return [
    'It gives maps and no answers: what they are worth shows only when a detector or the like has been trained on them.',
    ...(height === resolution && width === resolution ? []
      : [`Its weights are those of a classifier of ${resolution} px: for images of ${height} x ${width}, learned positions are resampled and batch norms keep their statistics.`]),
  ];
}

function accuracyLimits({ images, comparison, seeds }: NonNullable<ModelCard['accuracy']>): string[] {
  return [
    ...(images < fewImages ? [`The accuracy rests on ${images} images only; look at its interval.`] : []),
    ...(seeds.length < 2 ? ['The interval tells what chance there is in the validation images, not in the training: other seeds would give other weights.'] : []),
    ...(comparison && comparison.float32 - comparison.written > 0.01
      ? [`Its precision costs ${(100 * (comparison.float32 - comparison.written)).toFixed(1)} points of accuracy on the images that were compared.`] : []),
  ];
}

function latencyLimits(latencies: ModelCard['latencies']): string[] {
  return latencies.flatMap((one) => {
    if (one.kind === 'measured') return one.flags.map((flag) => `The latency measured on ${one.device} is doubtful: ${flag}.`);
    if (one.kind !== 'predicted') return [];
    return [
      ...(one.outside.length > 0 ? [`The latency predicted for ${one.device} is extrapolated, so its interval is wide: ${one.outside.slice(0, 2).join('; ')}${one.outside.length > 2 ? '; ...' : ''}.`] : []),
      ...(one.state.verdict === 'stale' || one.state.verdict === 'biased' ? [`${one.device}: ${one.state.text}`] : []),
    ];
  });
}
