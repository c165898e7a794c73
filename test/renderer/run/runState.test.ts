import { describe, expect, it } from 'vitest';
import type { Job, StudyRow } from '../../../core/api/contract/types.ts';
import { failureAdvice, runControls, runFailure, runWords } from '../../../renderer/screens/run/runState.ts';

const row = (state: StudyRow['state'], more: Partial<StudyRow> = {}): StudyRow => ({
  id: 'a', directory: '/studies/a', name: 'a', space: 'elasticvit-mini', seed: 1, engine: 'ort', devices: [], state, runsElsewhere: false,
  created: '', updated: '', tags: [], archived: false, progress: null, best: [], objective: null, linearAccuracy: null, imageSize: null, problem: null, ...more,
});
const job = (state: Job['state'], failure: Job['failure'] = null): Job => ({
  id: 'a', study: 'a', session: null, calibration: null, training: null, page: null, title: 'a', state, words: 'Training the supernet', phase: 'training', done: 1, total: 2, unit: 'steps', fraction: 0.5,
  ratePerSecond: 1, remainingSeconds: 1, memoryBytes: null, started: null, ended: null, failure,
});

describe('what can be done about a run', () => {
  it('is to start what was never started and to resume what ended early', () => {
    expect(runControls(row('created'), undefined).start).toBe('Start');
    for (const state of ['interrupted', 'failed', 'crashed'] as const) expect(runControls(row(state), undefined).start).toBe('Resume');
    expect(runControls(row('interrupted'), job('stopped')).start).toBe('Resume');
    expect(runControls(row('finished'), job('done')).start).toBeNull();
  });

  it('is to mend a damaged study before anything is resumed', () => {
    const problem = { code: 'damaged-study', message: 'study.json: does not describe a study' };
    const damaged = row('failed', { problem });
    expect(runControls(damaged, undefined).start).toBeNull();
    expect(failureAdvice({ kind: 'failed', ...problem })).toMatch(/^Put study\.json back/);
    expect(failureAdvice({ kind: 'failed', code: 'damaged-events', message: '' })).toMatch(/delete the line/);
  });

  it('is to pause, continue or stop what runs here', () => {
    expect(runControls(row('running'), job('running'))).toEqual({ start: null, pause: true, unpause: false, stop: true });
    expect(runControls(row('paused'), job('paused'))).toEqual({ start: null, pause: false, unpause: true, stop: true });
    expect(runControls(row('queued'), job('queued'))).toEqual({ start: null, pause: false, unpause: false, stop: true });
    expect(runControls(row('stopping'), job('stopping'))).toEqual({ start: null, pause: false, unpause: false, stop: false });
  });

  it('follows the job where the list of studies has not heard of its end yet', () => {
    for (const state of ['crashed', 'failed', 'stopped'] as const) expect(runControls(row('running'), job(state)).start).toBe('Resume');
    expect(runWords(row('running'), job('crashed'))).toBe(runWords(row('crashed'), undefined));
    expect(runControls(row('running'), job('done')).start).toBeNull();
  });

  it('is only to watch what runs elsewhere, also over a job that ended here before', () => {
    const elsewhere = row('running', { runsElsewhere: true });
    expect(runControls(elsewhere, job('stopped'))).toEqual({ start: null, pause: false, unpause: false, stop: false });
    expect(runWords(elsewhere, undefined)).toMatch(/another process/);
  });
});

describe('why a run ended', () => {
  it('is told by the job, else by the study, else by its history', () => {
    expect(runFailure(row('crashed'), job('crashed', { code: 'killed', message: 'Killed.' }), undefined)).toEqual({ kind: 'crashed', code: 'killed', message: 'Killed.' });
    expect(runFailure(row('failed', { problem: { code: 'a', message: 'A.' } }), undefined, { code: 'b', message: 'B.' })?.code).toBe('a');
    expect(runFailure(row('failed'), undefined, { code: 'b', message: 'B.' })?.code).toBe('b');
  });

  it('is not told any more once it runs again', () => {
    expect(runFailure(row('running'), job('running'), { code: 'b', message: 'B.' })).toBeNull();
    expect(runFailure(row('finished'), job('done'), undefined)).toBeNull();
    expect(runFailure(row('interrupted'), job('stopped'), undefined)).toBeNull();
  });

  it('comes with what to do', () => {
    expect(failureAdvice({ kind: 'failed', code: 'disk-full', message: '' })).toMatch(/Free some space/);
    expect(failureAdvice({ kind: 'crashed', code: 'killed', message: '' })).toMatch(/crashes again/);
  });
});
