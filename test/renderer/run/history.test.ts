import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { effectiveEvents } from '../../../core/study/eventTypes.ts';
import type { NewEvent, StudyEvent } from '../../../core/study/eventTypes.ts';
import { StudyHistory } from '../../../renderer/screens/run/history.ts';

const start = Date.parse('2026-03-01T12:00:00Z');

/** Gives events numbers from 1 on and times one second apart. */
function numbered(events: readonly NewEvent[]): StudyEvent[] {
  return events.map((event, index) => ({ ...event, seq: index + 1, time: new Date(start + index * 1000).toISOString() } as StudyEvent));
}

function historyOf(events: readonly StudyEvent[]): StudyHistory {
  const history = new StudyHistory();
  for (const event of events) history.add(event);
  return history;
}

const begun: NewEvent = { kind: 'study-started', name: 'a', space: 'elasticvit-mini', seed: 1, pocketformerVersion: '0' };
const step = (number: number, loss: number): NewEvent => ({ kind: 'step', step: number, loss, learningRate: 0.1 });
const training: NewEvent = { kind: 'phase-started', phase: 'training', totalSteps: 20 };
const search: NewEvent = { kind: 'phase-started', phase: 'search' };
const evaluation = (accuracy: number): NewEvent => ({ kind: 'evaluation', accuracy, images: 10, arch: null });

/** A run that is killed and resumed from its last checkpoint again and again, as the run's phases report it. */
function killedRun(seed: number): StudyEvent[] {
  const random = new Random(seed);
  const events: NewEvent[] = [begun, training];
  let checkpoint: { seq: number; step: number } | undefined;
  let at = 0;
  while (at < 40) {
    events.push(step(++at, random.uniform()));
    if (at % 4 === 0) events.push({ kind: 'health', step: at, subnets: [{ name: 'largest', accuracy: random.uniform(), images: 5, macs: 9 }] });
    if (at % 5 === 0) events.push({ kind: 'conflict', step: at, macs: [9], cosine: [[random.uniform()]], pairs: [] });
    if (at % 6 === 0) {
      events.push({ kind: 'checkpoint', phase: 'training', step: at, path: 'c', sizeBytes: 1 });
      checkpoint = { seq: events.length, step: at };
    }
    if (checkpoint && random.uniform() < 0.15) {
      if (random.uniform() < 0.5) events.push({ kind: 'warning', code: 'w', message: 'something' });
      events.push({ kind: 'resumed', phase: 'training', step: checkpoint.step, afterSeq: checkpoint.seq }, training);
      at = checkpoint.step;
    }
  }
  return numbered([...events, { kind: 'phase-finished', phase: 'training' }]);
}

describe('a study\'s history', () => {
  it('keeps of every resumed run what the core calls effective', () => {
    for (let seed = 0; seed < 50; seed++) {
      const events = killedRun(seed);
      const effective = effectiveEvents(events);
      const history = historyOf(events);
      const steps = effective.filter((event) => event.kind === 'step');
      expect([...history.steps.column('step')]).toEqual(steps.map((event) => event.step));
      expect([...history.steps.column('loss')]).toEqual(steps.map(({ loss }) => loss));
      const health = effective.filter((event) => event.kind === 'health');
      expect([...history.health.column('largestAccuracy')]).toEqual(health.map(({ subnets }) => subnets[0].accuracy));
      expect(history.conflicts).toEqual(effective.filter((event) => event.kind === 'conflict'));
    }
  });

  it('drops generations and exported models that came after the checkpoint', () => {
    const front = (evaluated: number, hypervolume: number): NewEvent => (
      { kind: 'generation', generation: 0, evaluated, fronts: [{ device: 'phone', size: 1, hypervolume }] });
    const history = historyOf(numbered([
      begun, search, evaluation(0.1), front(1, 5), evaluation(0.2), front(2, 6), { kind: 'resumed', phase: 'search', step: 1, afterSeq: 4 },
      search, evaluation(0.3), front(2, 7),
    ]));
    expect(history.hypervolumes()).toEqual(new Map([['phone', [{ evaluations: 1, hypervolume: 5 }, { evaluations: 2, hypervolume: 7 }]]]));
  });

  it('begins a phase anew when it starts without going on from a checkpoint', () => {
    const conflict: NewEvent = { kind: 'conflict', step: 1, macs: [], cosine: [], pairs: [] };
    const history = historyOf(numbered([
      begun, training, step(1, 3), conflict, step(2, 2), { kind: 'interrupted' }, training, step(1, 3), conflict, step(2, 2), step(3, 1),
    ]));
    expect([...history.steps.column('step')]).toEqual([1, 2, 3]);
    expect(history.conflicts.map(({ seq }) => seq)).toEqual([9]);
  });

  it('keeps numbers that were not finite as gaps', () => {
    const history = historyOf(numbered([{ kind: 'step', step: 1, loss: null, learningRate: 1 }, step(2, 1.5)]));
    expect([...history.steps.column('loss')]).toEqual([Number.NaN, 1.5]);
    expect(history.steps.last('loss')).toBe(1.5);
    expect(history.steps.has('gradientNorm')).toBe(false);
  });

  it('names the buckets of the walk by their MACs as they appear', () => {
    const walk = (number: number, bucket: number, from: number, to: number): NewEvent => (
      { kind: 'step', step: number, loss: 1, learningRate: 1, metrics: { bucket, buckets: 3, bucketFromMacs: from, bucketToMacs: to } });
    const history = historyOf(numbered([walk(1, 2, 20e6, 30e6), walk(2, 0, 1e6, 2.5e6)]));
    expect(history.buckets).toEqual(['1.00 to 2.50 M', 'Bucket 2', '20.0 to 30.0 M']);
    expect([...history.steps.column('bucket')]).toEqual([2, 0]);
  });

  it('tells the failure that nothing came after, and forgets it when work goes on', () => {
    const failed: NewEvent = { kind: 'failed', code: 'disk-full', message: 'The disk is full.' };
    expect(historyOf(numbered([begun, training, failed])).failure?.code).toBe('disk-full');
    expect(historyOf(numbered([begun, training, failed, { kind: 'resumed', phase: 'training', step: 0, afterSeq: 2 }])).failure).toBeUndefined();
  });

  it('says how long each phase took, over all sessions', () => {
    // One event a second: 2 s of data (seq 1 to 3), training seq 3 to 6 and again seq 8 to 10.
    const history = historyOf(numbered([
      begun, { kind: 'warning', code: 'w', message: 'w' }, training, step(1, 1), step(2, 1), { kind: 'interrupted' },
      { kind: 'resumed', phase: 'training', step: 1, afterSeq: 4 }, training, step(2, 1), { kind: 'phase-finished', phase: 'training' }, search,
    ]));
    expect(history.phases.times()).toEqual([
      { phase: 'data', state: 'done', seconds: 2 }, { phase: 'training', state: 'done', seconds: 5 },
      { phase: 'search', state: 'begun', seconds: 0 }, { phase: 'export', state: 'waiting', seconds: 0 },
    ]);
  });

  it('takes 100,000 steps', () => {
    const history = new StudyHistory();
    for (let seq = 1; seq <= 100_000; seq++) history.add({ ...step(seq, 1 / seq), seq, time: new Date(start).toISOString() } as StudyEvent);
    expect(history.steps.length).toBe(100_000);
    expect(history.steps.last('loss')).toBe(1e-5);
  });
});
