import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../core/study/eventTypes.ts';
import { failureOf, progressOf, readEventsTail, readTellingTail } from '../../../core/study/library/eventsTail.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { scratchFolder, studyText } from '../scratch.ts';

const folder = scratchFolder();
// 20 + 4 x (5 + 5) evaluations.
const settings = parseStudyFile(
  `${studyText}training: {steps: 400}\nsearch: {initialPopulation: 20, generations: 4, mutations: 5, crossovers: 5}\n`, 'tiny.yaml');
let files = 0;

/** A history with an event each second. */
function history(events: readonly NewEvent[], end = ''): string {
  const path = join(folder, `${files++}.ndjson`);
  const lines = events.map((event, i) => JSON.stringify({ seq: i + 1, time: new Date(i * 1000).toISOString(), ...event }));
  writeFileSync(path, `${lines.join('\n')}\n${end}`);
  return path;
}

const step = (number: number): NewEvent => ({ kind: 'step', step: number, loss: 1, learningRate: 0.1 });
const evaluation: NewEvent = { kind: 'evaluation', arch: { text: 'x'.repeat(900) }, accuracy: 0.5, images: 10 };
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const progress = async (events: readonly NewEvent[]) => progressOf(await readTellingTail(history(events)), settings);

describe('the end of a history', () => {
  it('is read without what is before it, and without an unfinished line', async () => {
    const tail = await readEventsTail(history(numbers(1000).map(step), '{"seq": 10'), 2000);
    expect(tail.length).toBeLessThan(40);
    expect(tail.at(-1)).toMatchObject({ seq: 1000, step: 1000 });
  });

  it('is empty when there is none', async () => {
    expect(await readEventsTail(join(folder, 'none'))).toEqual([]);
    expect(progressOf([], settings)).toBeNull();
  });

  it('tells the part of the training that is done and the time left at its speed', async () => {
    expect(await progress(numbers(100).map(step))).toEqual({ phase: 'training', fraction: 0.25, remainingSeconds: 300 });
    expect(await progress([{ kind: 'phase-started', phase: 'training', totalSteps: 800 }, ...numbers(100).map(step)]))
      .toMatchObject({ phase: 'training', fraction: 100 / 800 });
  });

  it('counts evaluations since the last generation, reading further back when it must', async () => {
    const done: NewEvent[] = [
      { kind: 'phase-started', phase: 'search', totalSteps: 60 }, ...numbers(20).map(() => evaluation),
      { kind: 'generation', generation: 0, evaluated: 20, fronts: [] },
    ];
    expect(await progress([...done, ...numbers(10).map(() => evaluation)])).toMatchObject({ phase: 'search', fraction: 0.5 });
    expect(await progress([...done, ...numbers(40).map(() => evaluation)])).toMatchObject({ phase: 'search', fraction: 1 });
  });

  it('starts again from the checkpoint that a resumed run went on from', async () => {
    const events: NewEvent[] = [...numbers(100).map(step), { kind: 'resumed', phase: 'training', step: 50, afterSeq: 50 }];
    expect(await progress(events)).toEqual({ phase: 'training', fraction: 0.125 });
  });

  it('tells the last failure until work goes on', () => {
    const failed = { seq: 1, time: '2026-01-01T00:00:00.000Z', kind: 'failed', code: 'disk-full', message: 'Full.' } as const;
    expect(failureOf([failed])).toEqual({ code: 'disk-full', message: 'Full.' });
    expect(failureOf([failed, { ...failed, seq: 2, kind: 'phase-started', phase: 'training' }])).toBeUndefined();
  });
});
