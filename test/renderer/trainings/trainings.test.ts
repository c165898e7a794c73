import { describe, expect, it } from 'vitest';
import type { Job, TrainingRow } from '../../../core/api/contract/types.ts';
import { accuracyCurves, lossCurves, TrainingHistory } from '../../../renderer/screens/trainings/trainingHistory.ts';
import type { TrainingEvent } from '../../../renderer/screens/trainings/trainingHistory.ts';
import { jobState, runControls } from '../../../renderer/screens/trainings/runControls.ts';
import { confusions } from '../../../renderer/screens/trainings/trainingText.ts';

const time = '2026-01-01T00:00:00.000Z';
const step = (seq: number, number: number): TrainingEvent => ({ seq, time, kind: 'step', step: number, loss: 1 / number, accuracy: 0.1 * number, learningRate: 1e-3 });
const epoch = (seq: number, number: number): TrainingEvent => (
  { seq, time, kind: 'epoch', epoch: number, step: 2 * number, accuracy: 0.2 * number, top5Accuracy: 0.5, loss: 2, images: 10, isBest: true });

describe('a training\'s curves', () => {
  it('have every step and evaluation once, also of what was done again after a kill', () => {
    const history = new TrainingHistory();
    const events: TrainingEvent[] = [step(1, 1), step(2, 2), epoch(3, 1), step(5, 3), step(6, 4), epoch(7, 2), { seq: 8, time, kind: 'resumed', phase: 'training', step: 2, afterSeq: 3 },
      step(9, 3), step(10, 4), epoch(11, 2)];
    for (const event of events) history.add(event);
    expect([...history.steps.column('step')]).toEqual([1, 2, 3, 4]);
    expect([...history.epochs.column('epoch')]).toEqual([1, 2]);
    const [training, validation] = accuracyCurves(history);
    expect(Array.from(training.y).map((value) => Math.round(value))).toEqual([10, 20, 30, 40]);
    expect(Array.from(validation.x)).toEqual([2, 4]);
    expect(Array.from(lossCurves(history)[1].y)).toEqual([2, 2]);
  });

  it('end with a failure until something comes after it', () => {
    const history = new TrainingHistory();
    history.add({ seq: 1, time, kind: 'failed', code: 'disk-full', message: 'full' });
    expect(history.failure?.code).toBe('disk-full');
    history.add(step(2, 1));
    expect(history.failure).toBeUndefined();
  });
});

const row: TrainingRow = {
  training: 't', directory: '/t', name: 't', space: 'asvit', status: 'interrupted', created: time, found: null, runsElsewhere: false, problem: null,
};
const job = (state: Job['state']): Job => ({
  id: '/t', study: null, session: null, calibration: null, training: 't', page: null, title: 't', state, words: '', phase: null, done: 0, total: 0, unit: '', fraction: 0,
  ratePerSecond: null, remainingSeconds: null, memoryBytes: null, started: null, ended: null, failure: null,
});

describe('a training', () => {
  it('can be begun or resumed unless it runs, here or elsewhere, or is finished', () => {
    expect(runControls({ ...row, status: 'created' }, undefined).start).toBe('Start');
    expect(runControls(row, job('stopped'))).toMatchObject({ start: 'Resume', active: undefined });
    expect(runControls(row, job('running')).start).toBeNull();
    expect(runControls({ ...row, runsElsewhere: true }, undefined).start).toBeNull();
    expect(runControls({ ...row, status: 'finished' }, undefined).start).toBeNull();
    expect(jobState(row, job('running'))).toBe('running');
    expect(jobState(row, job('stopped'))).toBe('interrupted');
  });

  it('can be paused while it runs, and continued while it waits', () => {
    expect(runControls(row, job('running'))).toMatchObject({ pause: 'Pause', active: { state: 'running' } });
    expect(runControls(row, job('paused'))).toMatchObject({ pause: 'Continue', active: { state: 'paused' } });
    for (const state of ['queued', 'stopping', 'stopped', 'done'] as const) expect(runControls(row, job(state)).pause).toBeNull();
    expect(runControls(row, undefined).pause).toBeNull();
  });

  it('lists the most frequent mistakes by their share of the class', () => {
    const perClass = [{ class: 'a', images: 10, accuracy: 0.7 }, { class: 'b', images: 2, accuracy: 0.5 }];
    const listed = confusions({ confusion: [[7, 3], [1, 1]], perClass } as unknown as Parameters<typeof confusions>[0], 5);
    expect(listed).toEqual([{ label: 'b', predicted: 'a', count: 1, share: 0.5 }, { label: 'a', predicted: 'b', count: 3, share: 0.3 }]);
  });
});
