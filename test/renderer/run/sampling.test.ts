import { describe, expect, it } from 'vitest';
import { bucketNames, bucketStates } from '../../../renderer/screens/run/buckets.ts';
import { StudyHistory } from '../../../renderer/screens/run/history.ts';
import { exploitationSeries, trailingMean } from '../../../renderer/screens/run/series.ts';
import { bankAbsence, bucketAbsence, conflictAbsence, teacherWords, trainingChoices } from '../../../renderer/screens/run/trainingChoices.ts';

function historyOf(...steps: Readonly<Record<string, number>>[]): StudyHistory {
  const history = new StudyHistory();
  steps.forEach((metrics, index) => history.add({
    kind: 'step', seq: index + 1, time: '2026-03-01T12:00:00.000Z', step: index + 1, loss: 1, learningRate: 1, metrics,
  }));
  return history;
}

describe('buckets', () => {
  it('are named so that the ends of narrow windows differ', () => {
    expect(bucketNames(4, new Map([[0, [1e6, 2.5e6]], [1, [12.345e6, 12.4e6]], [3, [1_100e6, 1_120e6]]])))
      .toEqual(['1.00 to 2.50 M', '12.35 to 12.40 M', 'Bucket 3', '1100 to 1120 M']);
  });

  it('tell what the newest step of each knew', () => {
    const of = (bucket: number, bankMembers: number) => (
      { bucket, buckets: 3, bucketFromMacs: 1e6 * (bucket + 1), bucketToMacs: 1e6 * (bucket + 1.5), smallestSubnet: bucket, bankMembers, bankCapacity: 10, bankBestScore: -2 });
    expect(bucketStates(historyOf(of(0, 3), of(1, 2), of(0, 5)))).toEqual([
      { name: '1.00 to 1.50 M', steps: 2, smallestSubnet: 1, members: 5, capacity: 10, bestScore: -2 },
      { name: '2.00 to 2.50 M', steps: 1, smallestSubnet: 2, members: 2, capacity: 10, bestScore: -2 },
      { name: 'Bucket 3', steps: 0, smallestSubnet: undefined, members: 0, capacity: undefined, bestScore: undefined },
    ]);
  });

  it('know of no memories without performance-aware sampling, and are none with the sandwich rule', () => {
    const [state] = bucketStates(historyOf({ bucket: 0, buckets: 1, bucketFromMacs: 1e6, bucketToMacs: 2e6, smallestSubnet: 0, exploitProbability: 0, remembered: 0 }));
    expect(state).toMatchObject({ steps: 1, members: undefined, bestScore: undefined });
    expect(bucketStates(historyOf({ smallestLoss: 1 }))).toEqual([]);
  });
});

describe('training of remembered subnets', () => {
  it('is told in percent of the three sampled subnets, as means of the steps until then', () => {
    const [probability, share] = exploitationSeries(historyOf({ exploitProbability: 0, remembered: 0 }, { exploitProbability: 0.5, remembered: 3 }));
    expect(Array.from(probability.y)).toEqual([0, 25]);
    expect(Array.from(share.y)).toEqual([0, 50]);
  });

  it('takes means over the last values alone, without those that are missing', () => {
    expect([...trailingMean(Float64Array.of(1, 3, Number.NaN, 5, 9), 2)]).toEqual([1, 2, 3, 5, 7]);
    expect([...trailingMean(Float64Array.of(Number.NaN), 2)]).toEqual([Number.NaN]);
  });
});

describe('what is not there', () => {
  const choices = (training: unknown) => trainingChoices({ training });

  it('says which setting the conflict is missing for', () => {
    expect(conflictAbsence(choices({ conflict: { everySteps: 0 } }), 10).message).toContain('training.conflict.everySteps is 0');
    expect(conflictAbsence(choices({ conflict: {} }), 1).message).toContain('after the first step');
    expect(conflictAbsence(choices({ steps: 1500, conflict: {} }), 10).message).toMatch(/of 1,500 steps .* training\.conflict\.everySteps/);
    expect(conflictAbsence(choices({ conflict: { everySteps: 5 } }), 10).title).toBe('No measurement was made');
    expect(conflictAbsence(trainingChoices(undefined), 10).title).toContain('too short');
  });

  it('says why there are no buckets or memories', () => {
    expect(bucketAbsence(choices({ sampling: { rule: 'sandwich' } })).title).toContain('sandwich');
    expect(bucketAbsence(choices({ sampling: { rule: 'single-path' } })).title).toContain('single-path');
    expect(bucketAbsence(trainingChoices(null)).title).toBe('No buckets are known');
    expect(bankAbsence(choices({ performance: { enabled: false } }))).toContain('training.performance.enabled is false');
    expect(bankAbsence(choices({ performance: { enabled: true } }))).toBe('No subnet is remembered yet.');
  });

  it('tells of teachers only where some answered', () => {
    expect(teacherWords(historyOf({ smallestLoss: 1 }))).toBe('');
    expect(teacherWords(historyOf({ teacherAnswersAsked: 64, teacherAnswersCached: 0 }, { teacherAnswersAsked: 64, teacherAnswersCached: 1064 })))
      .toBe("Teachers' answers since the run was last started: 64 computed, 1,064 read from disk");
  });
});
