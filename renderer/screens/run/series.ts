import { oriented } from '../../../core/search/objective.ts';
import type { LineSeries } from '../../charts/types.ts';
import { axisFactor } from '../../format/index.ts';
import type { Objective } from '../../format/index.ts';
import type { Evaluations } from '../../stores/evaluations.ts';
import type { StudyHistory } from './history.ts';

/** Tones of the theme's series: the same subnet has the same colour in every chart. */
const tones = { smallest: 1, sampled: 2, largest: 3, middle: 4, other: 6 } as const;

/** Loss of every training step, and of the fixed subnets on validation images now and then. */
export function lossSeries({ steps, health }: StudyHistory): LineSeries[] {
  const x = steps.column('step');
  return present([
    { id: 'sampled', name: 'Sampled', tone: tones.sampled, x, y: steps.column('loss') },
    { id: 'smallest', name: 'Smallest', tone: tones.smallest, x, y: steps.column('smallestLoss') },
    { id: 'largest-val', name: 'Largest (val)', tone: tones.largest, dashed: true, smooth: false, x: health.column('step'), y: health.column('largestLoss') },
    { id: 'smallest-val', name: 'Smallest (val)', tone: tones.smallest, dashed: true, smooth: false, x: health.column('step'), y: health.column('smallestLoss') },
  ]);
}

/** Accuracies in percent. */
export function accuracySeries({ steps, health }: StudyHistory): LineSeries[] {
  const x = steps.column('step');
  const at = health.column('step');
  return present([
    { id: 'sampled', name: 'Sampled', tone: tones.sampled, x, y: percent(steps.column('accuracy')) },
    { id: 'smallest', name: 'Smallest', tone: tones.smallest, x, y: percent(steps.column('smallestAccuracy')) },
    { id: 'largest-val', name: 'Largest (val)', tone: tones.largest, dashed: true, smooth: false, x: at, y: percent(health.column('largestAccuracy')) },
    { id: 'middle-val', name: 'Middle (val)', tone: tones.middle, dashed: true, smooth: false, x: at, y: percent(health.column('middleAccuracy')) },
    { id: 'smallest-val', name: 'Smallest (val)', tone: tones.smallest, dashed: true, smooth: false, x: at, y: percent(health.column('smallestAccuracy')) },
  ]);
}

export function stepSeries({ steps }: StudyHistory, column: 'learningRate' | 'gradientNorm' | 'imagesPerSecond', name: string): LineSeries[] {
  return present([{ id: column, name, tone: tones.other, x: steps.column('step'), y: steps.column(column) }]);
}

/** Besides the smallest one. */
const subnetsPerStep = 3;
const stepsOfMean = 50;

/** How probable it was that a step trains remembered subnets, and how many of its subnets were, in percent: means of 50 steps. */
export function exploitationSeries({ steps }: StudyHistory): LineSeries[] {
  const x = steps.column('step');
  const percentOfMean = (column: Float64Array, of: number) => trailingMean(column, stepsOfMean).map((value) => 100 * value / of);
  return present([
    { id: 'probability', name: 'Probability', tone: tones.largest, dashed: true, x, y: percentOfMean(steps.column('exploitProbability'), 1) },
    { id: 'share', name: 'Remembered subnets', tone: tones.sampled, x, y: percentOfMean(steps.column('remembered'), subnetsPerStep) },
  ]);
}

/** Mean of each value and those before it, `count` at most; NaN values are left out, and nothing else is NaN. */
export function trailingMean(values: Float64Array, count: number): Float64Array {
  const out = new Float64Array(values.length);
  let [sum, known] = [0, 0];
  for (let index = 0; index < values.length; index++) {
    const leaving = index >= count ? values[index - count] : Number.NaN;
    if (!Number.isNaN(leaving)) [sum, known] = [sum - leaving, known - 1];
    if (!Number.isNaN(values[index])) [sum, known] = [sum + values[index], known + 1];
    // Differences of long sums leave rounding errors; these values are not negative.
    out[index] = known === 0 ? Number.NaN : Math.max(0, sum / known);
  }
  return out;
}

/** Memory of the computing process in GiB. */
export function memorySeries({ steps }: StudyHistory): LineSeries[] {
  return present([{
    id: 'memory', name: 'Memory', tone: tones.other, x: steps.column('step'), y: steps.column('memoryBytes').map((bytes) => bytes / 2 ** 30),
  }]);
}

/** What every evaluated architecture reached, and the best so far: accuracies in percent, scores as their proxy gives them. */
export function evaluationSeries({ value }: Pick<Evaluations, 'value'>, objective: Objective): LineSeries[] {
  const x = new Float64Array(value.length).map((_, index) => index + 1);
  const shown = (one: number) => axisFactor(objective) * oriented(objective, one);
  let best = Number.NaN;
  const bests = value.map((one) => {
    if (Number.isNaN(best) || one > best) best = one;
    return shown(best);
  });
  return present([
    { id: 'evaluated', name: 'Evaluated', tone: tones.sampled, x, y: value.map(shown) },
    { id: 'best', name: 'Best so far', tone: tones.largest, stepped: true, smooth: false, x, y: bests },
  ]);
}

/** Leaves out series that nothing is known of yet, so that the legend names what is there. */
function present(series: readonly LineSeries[]): LineSeries[] {
  return series.filter(({ y }) => {
    for (let index = y.length - 1; index >= 0; index--) if (!Number.isNaN(y[index])) return true;
    return false;
  });
}

function percent(fractions: Float64Array | Float32Array): Float64Array {
  const out = new Float64Array(fractions.length);
  for (let index = 0; index < out.length; index++) out[index] = fractions[index] * 100;
  return out;
}
