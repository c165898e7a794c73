import { describe, expect, it } from 'vitest';
import type { Job } from '../../../core/api/contract/types.ts';
import { StudyHistory } from '../../../renderer/screens/run/history.ts';
import type { StudyEvent } from '../../../renderer/screens/run/history.ts';
import { phaseSteps } from '../../../renderer/screens/run/stepper.ts';

const at = (second: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + second * 1000).toISOString();

/** Data for 5 s, then training for 20 s so far. */
function training(): StudyHistory {
  const history = new StudyHistory();
  const events: StudyEvent[] = [
    { kind: 'study-started', seq: 1, time: at(0), name: 'a', space: 's', seed: 1, pocketformerVersion: '0' },
    { kind: 'phase-started', seq: 2, time: at(5), phase: 'training', totalSteps: 9 },
    { kind: 'step', seq: 3, time: at(25), step: 1, loss: 1, learningRate: 1 },
  ];
  for (const event of events) history.add(event);
  return history;
}

const job = (state: Job['state'], phase: string): Job => ({
  id: 'a', study: 'a', session: null, calibration: null, training: null, page: null, title: 'a', state, words: '', phase, done: 3, total: 9, unit: 'steps', fraction: 0, ratePerSecond: null,
  remainingSeconds: null, memoryBytes: null, started: null, ended: null, failure: null,
});

describe('the phases of a run', () => {
  it('say what was done, what is under way and how far it is', () => {
    expect(phaseSteps(training(), job('running', 'training'), false).map(({ state, note }) => [state, note])).toEqual([
      ['done', '5.0 s'], ['current', '3 of 9 steps, 20 s'], ['waiting', ''], ['waiting', ''],
    ]);
  });

  it('stand still while the run is paused, and when nobody is at work', () => {
    expect(phaseSteps(training(), job('paused', 'training'), false)[1].state).toBe('paused');
    expect(phaseSteps(training(), undefined, false)[1].state).toBe('stopped');
    expect(phaseSteps(training(), job('crashed', 'training'), false)[1].state).toBe('stopped');
  });

  it('go on when another process is at work', () => {
    expect(phaseSteps(training(), undefined, true)[1].state).toBe('current');
  });

  it('show that a resumed run reads its data again first', () => {
    expect(phaseSteps(training(), job('running', 'data'), false).map(({ state }) => state)).toEqual(['current', 'stopped', 'waiting', 'waiting']);
  });
});
