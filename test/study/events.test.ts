import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EventLog, readEvents } from '../../core/study/events.ts';
import { effectiveEvents } from '../../core/study/eventTypes.ts';
import type { NewEvent, StudyEvent } from '../../core/study/eventTypes.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
let files = 0;
const newPath = () => join(scratch, `${files++}.ndjson`);

const step = (number: number): NewEvent => ({ kind: 'step', step: number, loss: 1 / (number + 1), learningRate: 1e-3 });

function logOf(...events: NewEvent[]): string {
  const path = newPath();
  const log = new EventLog(path);
  for (const event of events) log.append(event);
  log.close();
  return path;
}

describe('a history of events', () => {
  it('is one JSON object a line, numbered from 1, with the time', () => {
    const path = logOf(
      { kind: 'study-started', name: 'tiny', space: 'elasticvit-mini', seed: 1, pocketformerVersion: '0.1.0' },
      { kind: 'phase-started', phase: 'training', totalSteps: 10 },
      step(1),
    );
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    const objects = lines.map((line) => JSON.parse(line) as StudyEvent);
    expect(objects.map(({ seq, kind }) => [seq, kind])).toEqual([[1, 'study-started'], [2, 'phase-started'], [3, 'step']]);
    for (const { time } of objects) expect(new Date(time).toISOString()).toBe(time);
    expect(readEvents(path).events).toEqual(objects);
  });

  it('has an evaluation\'s numbers before its label and architecture, in whatever order they were given', () => {
    const path = logOf({
      arch: { z: 1, a: 2 }, label: 'small', batch: 3, latencyMs: { pixel6: 2, pixel4: 1 }, params: 4, macs: 5, images: 10, loss: 0.5,
      accuracy: 0.25, kind: 'evaluation',
    });
    expect(readFileSync(path, 'utf8').replace(/"time":"[^"]*"/, '"time":""')).toBe(
      '{"seq":1,"time":"","kind":"evaluation","accuracy":0.25,"loss":0.5,"images":10,"macs":5,"params":4,'
      + '"latencyMs":{"pixel6":2,"pixel4":1},"batch":3,"label":"small","arch":{"z":1,"a":2}}\n');
  });

  it('is empty before anything happened', () => {
    expect(readEvents(newPath())).toEqual({ events: [], nextByte: 0 });
  });

  it('keeps numbers that are not finite as null, so that a diverged training is still on record', () => {
    const path = logOf({ kind: 'step', step: 1, loss: NaN, learningRate: 1e-3, metrics: { smallest: Infinity } });
    expect(readEvents(path).events[0]).toMatchObject({ loss: null, metrics: { smallest: null } });
  });

  it('refuses an event that readers could not read, and stays as it was', () => {
    const path = newPath();
    const log = new EventLog(path);
    expect(() => log.append({ kind: 'step', step: -1, loss: 1, learningRate: 1 })).toThrow();
    log.append(step(1));
    log.close();
    expect(readEvents(path).events.map(({ seq }) => seq)).toEqual([1]);
  });

  it('goes on counting when it is opened again', () => {
    const path = logOf(step(1), step(2));
    const log = new EventLog(path);
    expect(log.lastSeq).toBe(2);
    expect(log.append(step(3)).seq).toBe(3);
    log.close();
    expect(readEvents(path).events).toHaveLength(3);
  });

  it('can be followed from where reading ended', () => {
    const path = logOf(step(1));
    const first = readEvents(path);
    const log = new EventLog(path);
    log.append(step(2));
    log.append(step(3));
    log.close();
    const second = readEvents(path, first.nextByte);
    expect(second.events.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(readEvents(path, second.nextByte)).toEqual({ events: [], nextByte: second.nextByte });
  });
});

describe('a history after a crash', () => {
  it('loses only its unfinished last line, wherever the line was cut, and goes on', () => {
    const whole = readFileSync(logOf(step(1), step(2)));
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let cut = lastLine; cut < whole.length; cut++) {
      const path = newPath();
      writeFileSync(path, whole.subarray(0, cut));
      expect(readEvents(path).events.map(({ seq }) => seq)).toEqual([1]);
      const log = new EventLog(path);
      log.append(step(2));
      log.close();
      expect(readEvents(path).events.map(({ seq }) => seq)).toEqual([1, 2]);
    }
  });

  it.each([
    ['zeros, as a loss of power leaves them', '\0'.repeat(4000)],
    ['a whole line that is no event', '{"seq":3,"kind":"step"}\n'],
    ['a number that was there before', '{"seq":2,"time":"2026-01-01T00:00:00.000Z","kind":"finished"}\n'],
  ])('drops a last line of %s', (_, tail) => {
    const path = logOf(step(1), step(2));
    appendFileSync(path, tail);
    expect(readEvents(path).events).toHaveLength(2);
    const log = new EventLog(path);
    expect(log.append(step(3)).seq).toBe(3);
    log.close();
    expect(readEvents(path).events).toHaveLength(3);
  });

  it('names any other damaged line', () => {
    const path = logOf(step(1), step(2), step(3));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"seq":2', '"seq":'));
    expect(() => readEvents(path)).toThrow(expect.objectContaining({ code: 'damaged-events' }));
    // Also when reading goes on behind lines that were read before.
    const second = readFileSync(path, 'utf8').indexOf('\n') + 1;
    expect(() => readEvents(path, second)).toThrow(`${path}:2: `);
    expect(() => readEvents(path)).toThrow(`${path}:2: not an event of a study`);
  });
});

describe('the effective history', () => {
  const at = (seq: number, event: NewEvent): StudyEvent => ({ seq, time: '2026-01-01T00:00:00.000Z', ...event });

  it('has each step once after a job was resumed from a checkpoint', () => {
    const events = [
      at(1, { kind: 'phase-started', phase: 'training' }),
      at(2, step(1)),
      at(3, { kind: 'checkpoint', phase: 'training', step: 1, path: 'checkpoints/training-1', sizeBytes: 1 }),
      at(4, step(2)),
      at(5, { kind: 'warning', code: 'slow', message: 'Slow.' }),
      at(6, step(3)),
      at(7, { kind: 'resumed', phase: 'training', step: 1, afterSeq: 3 }),
      at(8, step(2)),
      at(9, { kind: 'resumed', phase: 'training', step: 1, afterSeq: 3 }),
      at(10, step(2)),
      at(11, step(3)),
    ];
    expect(effectiveEvents(events).map(({ seq }) => seq)).toEqual([1, 2, 3, 5, 7, 9, 10, 11]);
  });

  it('is the whole history when nothing was resumed', () => {
    const events = [at(1, step(1)), at(2, step(2))];
    expect(effectiveEvents(events)).toEqual(events);
  });
});
