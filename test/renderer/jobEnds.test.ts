import { describe, expect, it } from 'vitest';
import type { Job } from '../../core/api/contract/types.ts';
import { endedSince } from '../../renderer/frame/jobEnds.ts';

const job = (id: string, state: Job['state'], study: string | null = id): Job => ({
  id, study, session: null, calibration: null, training: null, page: null, title: id, state, words: '', phase: null, done: 0, total: 0, unit: '', fraction: 0, ratePerSecond: null,
  remainingSeconds: null, memoryBytes: null, started: null, ended: null, failure: null,
});

describe('ends of jobs', () => {
  it.each(['done', 'failed', 'stopped', 'crashed'] as const)('are told once when a job is %s', (state) => {
    const ended = [job('a', state)];
    expect(endedSince([job('a', 'running')], ended).map(({ id }) => id)).toEqual(['a']);
    expect(endedSince(ended, ended)).toEqual([]);
  });

  it('are not told of jobs that were over when the window opened, nor of exports and probes', () => {
    expect(endedSince([], [job('a', 'done')])).toEqual([]);
    expect(endedSince([job('probe-1', 'running', null)], [job('probe-1', 'done', null)])).toEqual([]);
  });

  it('are not told of jobs that go on', () => {
    expect(endedSince([job('a', 'running')], [job('a', 'paused')])).toEqual([]);
  });
});
