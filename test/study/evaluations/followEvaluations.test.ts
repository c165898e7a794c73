import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { accuracyObjective } from '../../../core/search/objective.ts';
import { paretoFront } from '../../../core/search/pareto.ts';
import { architectureId } from '../../../core/search/result.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { EventLog, readEvents } from '../../../core/study/events.ts';
import { effectiveEvents } from '../../../core/study/eventTypes.ts';
import type { NewEvent } from '../../../core/study/eventTypes.ts';
import { FollowedEvaluations } from '../../../core/study/evaluations/followEvaluations.ts';
import type { FollowOptions } from '../../../core/study/evaluations/followEvaluations.ts';
import { readStudy, studyPaths } from '../../../core/study/folder.ts';
import { readSummary } from '../../../core/study/summary.ts';
import { writeLargeStudy } from '../largeStudy.ts';
import { scratchFolder } from '../scratch.ts';

const scratch = scratchFolder();
let folders = 0;
const newFolder = () => join(scratch, `study${folders++}`);
const space = getSpace('elasticvit-mini');
const random = new Random('evaluations');
const devices = ['pixel4', 'a phone of "Zoë"'];

const follow = (directory: string, options: Partial<FollowOptions> = {}) =>
  new FollowedEvaluations({ paths: studyPaths(directory), space, objective: accuracyObjective, ...options });

function evaluation(batch = 0): Extract<NewEvent, { kind: 'evaluation' }> {
  const arch = space.sample(random);
  return {
    kind: 'evaluation', accuracy: random.uniform(), images: 100, macs: random.integer(1e7), params: random.integer(1e6),
    latencyMs: Object.fromEntries(devices.map((device) => [device, 1 + random.uniform()])), batch, label: space.key(arch), arch,
  };
}

/** As version 0.1 wrote them: the architecture first, and nothing that can be worked out from it. */
function oldLine(seq: number): string {
  const { accuracy, images, label, arch } = evaluation();
  const time = '2026-01-01T00:00:00.000Z';
  return `${JSON.stringify({ seq, time, kind: 'evaluation', arch, label, accuracy, images })}\n`;
}

async function studyOf(events: readonly NewEvent[]): Promise<string> {
  const directory = newFolder();
  await writeLargeStudy(directory, { evaluations: 1, batches: 1, trainingSteps: 1 });
  writeFileSync(studyPaths(directory).events, '');
  append(directory, events);
  return directory;
}

function append(directory: string, events: readonly NewEvent[]): void {
  const log = new EventLog(studyPaths(directory).events);
  for (const event of events) log.append(event);
  log.close();
}

/** What the table should hold, read in the ordinary way: every event validated, then without what was done again. */
function oracle(directory: string) {
  const kept = effectiveEvents(readEvents(studyPaths(directory).events).events);
  return kept.flatMap((event) => (event.kind === 'evaluation' ? [event] : []));
}

async function expectAll(followed: FollowedEvaluations, directory: string): Promise<void> {
  const expected = oracle(directory);
  const { count, value, macs, params, batch, latencyMs } = followed.table.slice();
  expect(count).toBe(expected.length);
  expect([...value]).toEqual(expected.map((event) => event.accuracy ?? NaN));
  expect([...macs]).toEqual(expected.map((event) => event.macs ?? NaN));
  expect([...params]).toEqual(expected.map((event) => event.params ?? NaN));
  if (expected.every((event) => event.batch !== undefined)) expect([...batch]).toEqual(expected.map((event) => event.batch));
  for (const [device, column] of Object.entries(latencyMs)) {
    expect([...column]).toEqual(expected.map((event) => Math.fround(event.latencyMs?.[device] ?? NaN)));
  }
  const rows = expected.map((_, row) => row);
  expect((await followed.rows(rows)).map(({ key, arch }) => ({ key, arch }))).toEqual(
    expected.map(({ label, arch }) => ({ key: label, arch })));
}

const generation = (number: number): NewEvent => ({ kind: 'generation', generation: number, evaluated: 1, fronts: [] });
const step: NewEvent = { kind: 'step', step: 1, loss: 1, learningRate: 1e-3 };
const resumed = (afterSeq: number): NewEvent => ({ kind: 'resumed', phase: 'search', step: 0, afterSeq });
const several = (count: number, batch = 0) => Array.from({ length: count }, () => evaluation(batch));

describe('the evaluations of a study', () => {
  it('are those that reading and validating the whole history gives', async () => {
    const directory = await studyOf([step, ...several(20), generation(0), ...several(10, 1), generation(1), { kind: 'finished' }]);
    const followed = follow(directory);
    expect(await followed.update()).toEqual({ reset: false, from: 0, to: 30 });
    expect(followed.table.devices).toEqual(devices);
    await expectAll(followed, directory);
    expect(await followed.update()).toEqual({ reset: false, from: 30, to: 30 });
  });

  it('are none before anything happened', async () => {
    const followed = follow(newFolder());
    expect(await followed.update()).toEqual({ reset: false, from: 0, to: 0 });
    expect(followed.table.slice()).toMatchObject({ from: 0, count: 0, latencyMs: {} });
  });

  it('are read from lines of earlier versions too, with NaN for what those did not say and batches by generation', async () => {
    const directory = await studyOf([]);
    const { events } = studyPaths(directory);
    appendFileSync(events, oldLine(1) + oldLine(2));
    append(directory, [generation(0)]);
    appendFileSync(events, oldLine(4));
    append(directory, [evaluation(1)]);
    const followed = follow(directory);
    await followed.update();
    await expectAll(followed, directory);
    expect([...followed.table.slice().batch]).toEqual([0, 0, 1, 1]);
    expect(followed.table.slice().macs[0]).toBeNaN();
  });

  it('are read with whatever order of fields and without a label', async () => {
    const directory = await studyOf([]);
    const { events } = studyPaths(directory);
    const time = '2026-01-01T00:00:00.000Z';
    const { label, arch, ...numbers } = evaluation();
    appendFileSync(events, `${JSON.stringify({ arch, label, ...numbers, seq: 1, time })}\n`);
    appendFileSync(events, `${JSON.stringify({ seq: 2, time, ...numbers, arch })}\n`);
    appendFileSync(events, `${JSON.stringify({ seq: 3, time, ...numbers, latencyMs: { first: 1, label: 2 }, label, arch })}\n`);
    appendFileSync(events, `${JSON.stringify({ seq: 4, time, ...numbers, accuracy: null, label, arch })}\n`);
    const followed = follow(directory);
    await followed.update();
    const { count, value, latencyMs } = followed.table.slice();
    expect(count).toBe(4);
    expect([...value]).toEqual([numbers.accuracy, numbers.accuracy, numbers.accuracy, NaN]);
    expect([...latencyMs.label]).toEqual([NaN, NaN, 2, NaN]);
    expect((await followed.rows([1, 0])).map(({ row, key }) => [row, key])).toEqual([[1, label], [0, label]]);
  });

  it.each([1, 7, 64, 1000, 4096])('do not depend on where chunks of %i bytes end, not even inside a letter', async (chunkBytes) => {
    const directory = await studyOf([step, ...several(8), { kind: 'warning', code: 'x', message: 'Größe → ∞' }, ...several(3, 1)]);
    const followed = follow(directory, { chunkBytes });
    await followed.update();
    await expectAll(followed, directory);
  });
});

describe('evaluations that are still being added', () => {
  it('arrive as new rows, however the history grows', async () => {
    const directory = await studyOf(several(2));
    const whole = readFileSync(studyPaths(await studyOf(several(12))).events);
    writeFileSync(studyPaths(directory).events, '');
    const followed = follow(directory);
    let reported = 0;
    for (let at = 0; at < whole.length; at += 97) {
      appendFileSync(studyPaths(directory).events, whole.subarray(at, at + 97));
      const update = await followed.update();
      expect(update).toMatchObject({ reset: false, from: reported });
      expect(update.to).toBe(readEvents(studyPaths(directory).events).events.length);
      reported = update.to;
    }
    expect(reported).toBe(12);
    await expectAll(followed, directory);
  });

  it('wait for the end of an unfinished line, which a new writer may also cut off', async () => {
    const directory = await studyOf(several(3));
    const { events } = studyPaths(directory);
    const { length } = readFileSync(events);
    appendFileSync(events, '{"seq":4,"time":"2026-01-01T00:00:00.000Z","kind":"evaluation","accuracy":0.5,"images":1,"label":"x","ar\0\0}\n');
    const followed = follow(directory);
    expect(await followed.update()).toMatchObject({ to: 3 });
    truncateSync(events, length);
    append(directory, several(2));
    expect(await followed.update()).toEqual({ reset: false, from: 3, to: 5 });
    await expectAll(followed, directory);
  });

  it('are void from a resumed checkpoint on, as in the effective history', async () => {
    const directory = await studyOf([...several(4), generation(0), ...several(4, 1)]);
    const followed = follow(directory);
    await followed.update();
    append(directory, [{ kind: 'interrupted' }, resumed(6), ...several(2, 1)]);
    expect(await followed.update()).toEqual({ reset: true, from: 0, to: 7 });
    await expectAll(followed, directory);
    append(directory, [...several(1, 1), resumed(13), ...several(2, 1)]);
    expect(await followed.update()).toEqual({ reset: false, from: 7, to: 9 });
    await expectAll(followed, directory);
  });

  it('agree with the effective history after any number of resumes', async () => {
    const draws = new Random('resumes');
    for (let study = 0; study < 10; study++) {
      const directory = await studyOf([]);
      const followed = follow(directory, { chunkBytes: 512 });
      let seq = 0;
      for (let run = 0; run < 6; run++) {
        const events: NewEvent[] = Array.from({ length: 1 + draws.integer(6) }, () => (draws.chance(0.8) ? evaluation() : generation(0)));
        if (seq > 0) events.unshift(resumed(draws.integer(seq + 1)));
        append(directory, events);
        seq += events.length;
        if (draws.chance(0.5)) await followed.update();
      }
      await followed.update();
      await expectAll(followed, directory);
    }
  });

  it('start again when the history is another file', async () => {
    const directory = await studyOf(several(5));
    const followed = follow(directory);
    await followed.update();
    writeFileSync(studyPaths(directory).events, '');
    append(directory, several(2));
    expect(await followed.update()).toEqual({ reset: true, from: 0, to: 2 });
    await expectAll(followed, directory);
  });
});

describe('a damaged history', () => {
  it('is refused with the same words as by those who read all of it', async () => {
    const directory = await studyOf(several(5));
    const { events } = studyPaths(directory);
    writeFileSync(events, readFileSync(events, 'utf8').replace('"seq":3', '"seq":'));
    const message = `${events}:3: not an event of a study`;
    expect(() => readEvents(events)).toThrow(message);
    const followed = follow(directory);
    for (let i = 0; i < 2; i++) {
      await expect(followed.update()).rejects.toThrow(message);
      await expect(followed.update()).rejects.toMatchObject({ code: 'damaged-events' });
    }
  });

  it('is refused where numbers do not grow', async () => {
    const directory = await studyOf(several(5));
    const { events } = studyPaths(directory);
    writeFileSync(events, readFileSync(events, 'utf8').replace('"seq":3', '"seq":2'));
    await expect(follow(directory).update()).rejects.toThrow(`${events}:3`);
  });

  it('is noticed when the architecture of a row is damaged', async () => {
    const directory = await studyOf(several(5));
    const { events } = studyPaths(directory);
    writeFileSync(events, readFileSync(events, 'utf8').replace('"arch":{"resolution"', '"arch":{"resolution'));
    const followed = follow(directory);
    expect(await followed.update()).toMatchObject({ to: 5 });
    await expect(followed.rows([0])).rejects.toMatchObject({ code: 'damaged-events' });
    await expect(followed.rows([1])).resolves.toHaveLength(1);
  });
});

describe('the architectures of rows', () => {
  let directory: string;
  let followed: FollowedEvaluations;
  beforeAll(async () => {
    directory = await studyOf([...several(50), { ...evaluation(), label: space.key(space.smallest), arch: space.smallest }]);
    followed = follow(directory);
    await followed.update();
  });

  it('come in the order asked for, with their ids and published names', async () => {
    const expected = oracle(directory);
    const rows = [50, 3, 3, 17];
    const found = await followed.rows(Uint32Array.from(rows));
    expect(found.map(({ row }) => row)).toEqual(rows);
    expect(found.map(({ arch }) => arch)).toEqual(rows.map((row) => expected[row].arch));
    expect(found.map(({ id }) => id)).toEqual(rows.map((row) => architectureId(expected[row].label!)));
    expect(found.map(({ name }) => name)).toEqual(['min', undefined, undefined, undefined]);
  });

  it('become coordinates, a column for each dimension of the space', async () => {
    const expected = oracle(directory);
    const columns = await followed.coordinates([50, 3]);
    expect(columns.map(({ name }) => name)).toEqual(space.dimensions.map(({ name }) => name));
    for (const [i, row] of [50, 3].entries()) {
      expect(columns.map(({ column }) => column[i])).toEqual(space.coordinates(space.parse(expected[row].arch)));
    }
  });

  it.each([-1, 51, 0.5])('are refused for row %d', async (row) => {
    await expect(followed.rows([row])).rejects.toMatchObject({ code: 'unknown-row' });
  });
});

describe('a large study made for tests', () => {
  it('is a study whose fronts are those of its evaluations', async () => {
    const directory = newFolder();
    await writeLargeStudy(directory, { evaluations: 300, batches: 3, trainingSteps: 5 });
    const followed = follow(directory);
    await followed.update();
    await expectAll(followed, directory);
    expect((await readStudy(directory)).info.status).toBe('finished');
    const { value, batch, latencyMs } = followed.table.slice();
    expect(new Set(batch)).toEqual(new Set([0, 1, 2]));
    const { result } = await readSummary(studyPaths(directory).summary);
    expect(result!.devices.map(({ device }) => device)).toEqual(Object.keys(latencyMs));
    for (const { device, front } of result!.devices) {
      const points = paretoFront([...value].map((one, i) => ({ value: one, latencyMs: latencyMs[device][i] })));
      expect(points.map((point) => point.value)).toEqual(front.map((entry) => entry.value));
    }
  });
});
