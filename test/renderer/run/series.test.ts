import { describe, expect, it } from 'vitest';
import { StudyHistory } from '../../../renderer/screens/run/history.ts';
import type { StudyEvent } from '../../../renderer/screens/run/history.ts';
import { accuracyObjective } from '../../../renderer/format/index.ts';
import { accuracySeries, evaluationSeries, lossSeries, memorySeries } from '../../../renderer/screens/run/series.ts';

const time = '2026-03-01T12:00:00.000Z';

function historyOf(...events: StudyEvent[]): StudyHistory {
  const history = new StudyHistory();
  for (const event of events) history.add(event);
  return history;
}

describe('the series of a run', () => {
  it('name only what is known', () => {
    const history = historyOf({ kind: 'step', seq: 1, time, step: 1, loss: 2, learningRate: 0.1 });
    expect(lossSeries(history).map(({ id }) => id)).toEqual(['sampled']);
    expect(accuracySeries(history)).toEqual([]);
    expect(memorySeries(history)).toEqual([]);
  });

  it('tell accuracies in percent and the best so far', () => {
    const [evaluated, best] = evaluationSeries({ value: Float64Array.of(Number.NaN, 0.25, 0.125, 0.5) }, accuracyObjective);
    expect([...evaluated.x as Float64Array]).toEqual([1, 2, 3, 4]);
    expect([...evaluated.y as Float64Array]).toEqual([Number.NaN, 25, 12.5, 50]);
    expect([...best.y as Float64Array]).toEqual([Number.NaN, 25, 25, 50]);
  });

  it('tell scores as their proxy gives them, the best being the lowest where lower is better', () => {
    const [evaluated, best] = evaluationSeries({ value: Float64Array.of(-120, -300, -40) }, { id: 'ntk', title: 'NTK', kind: 'score', direction: 'lower' });
    expect([...evaluated.y as Float64Array]).toEqual([120, 300, 40]);
    expect([...best.y as Float64Array]).toEqual([120, 120, 40]);
  });
});
