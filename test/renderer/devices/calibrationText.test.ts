import { describe, expect, it } from 'vitest';
import type { CalibrationView, Job, MeasuringState } from '../../../core/api/contract/types.ts';
import { currentSession, incidents, needsWork, stateOf, walkSteps } from '../../../renderer/screens/devices/calibrate/calibrationText.ts';

const part = (number: number, measured: CalibrationView['parts'][number]['measured'], isExported = true) => ({ networks: 10, probes: 0, isExported, difference: null, ranges: null, session: `/lib/devices/a/sessions/${number}`, measured });
const view = (change: Partial<CalibrationView> = {}): CalibrationView => ({
  name: 'a', directory: '/lib/devices/a', title: 'A', model: null, models: [], isStale: false, runsElsewhere: false, problem: null, commands: [], parts: [part(1, null, false)],
  setup: { created: '', space: 'elasticvit', classes: 10, way: 'browser', where: "a phone's browser", threads: 1, precision: 'float32', from: [], lengths: null }, ...change,
});
const job = (state: Job['state'], change: Partial<Job> = {}): Job => ({
  id: '/lib/devices/a', study: null, session: null, calibration: 'a', training: null, page: null, title: 'A', state, words: '', phase: null, done: 0, total: 0, unit: '', fraction: 0,
  ratePerSecond: null, remainingSeconds: null, memoryBytes: null, started: null, ended: null, failure: null, ...change,
});
const steps = (calibration: CalibrationView, of?: Job) => walkSteps(calibration, of).map(({ id, state }) => `${id} ${state}`);
const half = { done: 15, total: 30, isFinished: false };
const whole = { done: 30, total: 30, isFinished: true };

describe('the walk to a device', () => {
  it('goes from choosing over measuring to judging', () => {
    expect(steps(view())).toEqual(['choose now', 'connect later', 'measure later', 'fit later', 'judge later']);
    const waiting = job('running', { page: { url: 'http://localhost:1/', port: 1, isOpened: false } });
    expect(steps(view({ parts: [part(1, null)] }), waiting)[1]).toBe('connect now');
    expect(steps(view({ parts: [part(1, half)] }), job('running'))[2]).toBe('measure now');
    // A phone that went away is asked for again.
    expect(steps(view({ parts: [part(1, half)] }), waiting)[1]).toBe('connect now');
    expect(steps(view({ parts: [part(1, whole)] }))[3]).toBe('fit now');
    expect(steps(view({ parts: [part(1, whole)], model: '/lib/devices/a/a.json' }))).toEqual(['choose done', 'connect done', 'measure done', 'fit done', 'judge done']);
  });

  it('begins with the fit where a file was imported', () => {
    const imported = view({ parts: [] });
    expect(steps({ ...imported, setup: { ...imported.setup!, way: 'import' } })).toEqual(['fit now', 'judge later']);
  });

  it('says how a device stands, by its job or else by its folder', () => {
    expect(stateOf(view(), undefined)).toBe('created');
    expect(stateOf(view({ parts: [part(1, half)] }), undefined)).toBe('interrupted');
    expect(stateOf(view({ parts: [part(1, half)] }), job('paused'))).toBe('paused');
    expect(stateOf(view({ parts: [part(1, half)] }), job('failed'))).toBe('failed');
    expect(stateOf(view({ parts: [part(1, half)], runsElsewhere: true }), undefined)).toBe('running');
    const done = view({ parts: [part(1, whole)], model: '/a.json' });
    expect([stateOf(done, job('failed')), needsWork(done), needsWork({ ...done, isStale: true })]).toEqual(['done', false, false]);
    // What was measured since the model was made waits for a refit, which the person asks for.
    expect([stateOf({ ...done, isStale: true }, undefined), steps({ ...done, isStale: true })[3]]).toEqual(['done', 'fit now']);
  });

  it('shows the session that is not finished, or the last one', () => {
    expect(currentSession(view({ parts: [part(1, whole), part(2, half)] }))).toMatch(/2$/);
    expect(currentSession(view({ parts: [part(1, whole), part(2, whole)] }))).toMatch(/2$/);
    expect(currentSession(view({ parts: [] }))).toBeUndefined();
  });

  it('tells what did not count in sentences, newest first', () => {
    const state = {
      rejected: [{ rounds: 8, why: 'drift' as const, share: 0.07, models: ['a', 'b'] }, { rounds: 16, why: 'spread' as const, share: 0.045, models: ['a'] }],
      pauses: [{ rounds: 8, seconds: 60, why: 'drift' as const }], failures: [{ model: 'c', code: 'wrong-output', message: 'c computes something else' }],
    } as unknown as MeasuringState;
    expect(incidents(state)).toEqual([
      'c computes something else',
      'After round 16: the rounds of a lie 4.5 % apart; they are measured again, or kept with a doubt.',
      'After round 8: the reference model had moved by 7.0 %; 2 rounds are measured again.',
      'After round 8: a rest of 60 s, because the device was not as at the start.',
    ]);
  });
});
