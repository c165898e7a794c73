import { describe, expect, it } from 'vitest';
import { parseMeasurements } from '../../../core/latency/measurements/parseMeasurements.ts';
import type { SessionEntry } from '../../../core/latency/protocol/entries.ts';
import { measurementOf } from '../../../core/latency/protocol/measurementOf.ts';
import { FakeDevice, fakeModel, runFake, sha, startOf } from './fakeDevice.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const rounds = (device: FakeDevice) => device.asked.filter((name) => name !== 'reference');

describe('a measuring session', () => {
  it('measures every model once before any a second time, in another order each time, the same for the same seed', async () => {
    const [first, second] = [new FakeDevice(), new FakeDevice()];
    await runFake(first, startOf(names));
    await runFake(second, startOf(names));
    expect(second.asked).toEqual(first.asked);
    const passes = [0, 6, 12].map((at) => rounds(first).slice(at, at + 6));
    expect(rounds(first)).toHaveLength(18);
    for (const pass of passes) expect([...pass].sort()).toEqual(names);
    expect(new Set(passes.map((pass) => pass.join(''))).size).toBe(3);
  });

  it('runs the reference model twice at the start, every few rounds and at the end', async () => {
    const device = new FakeDevice();
    await runFake(device, startOf(names, { referenceEvery: 8 }));
    const at = device.asked.flatMap((name, i) => (name === 'reference' ? [i] : []));
    expect(at).toEqual([0, 1, 10, 19, 22]);
  });

  it('asks for at least ten warm-up runs a round, and fifty runs, a second of warming up and three seconds in all', async () => {
    const device = new FakeDevice();
    await runFake(device, startOf(['a']));
    const { warmUp, timed } = device.lengths[0];
    expect(warmUp.runs).toBe(10);
    expect(3 * timed.runs).toBeGreaterThanOrEqual(50);
    expect([3 * warmUp.seconds, 3 * timed.seconds]).toEqual([1, 3]);
  });

  it('takes the median of the medians of the rounds, so that single slow runs do not count', async () => {
    const session = await runFake(new FakeDevice((name, count) => ({ slowness: name === 'a' ? [1, 1.01, 1.02][count] : 1 })), startOf(names));
    expect(measurementOf(fakeModel('a'), session, 'host')).toMatchObject({ latencyMs: 10.1, flags: ['unverified-output'] });
    expect(measurementOf(fakeModel('a'), session, 'host')!.spread).toBeCloseTo(0.02, 10);
  });

  it('pauses when the reference model has moved, then measures again what it measured since', async () => {
    // The third measurement of the reference, after eight rounds, finds the device 6 % slower; so were those rounds, perhaps.
    const device = new FakeDevice((name, count) => (name === 'reference' && count === 2 ? { slowness: 1.06 } : {}));
    const session = await runFake(device, startOf(names));
    expect(device.pauses).toEqual([60]);
    expect(rounds(device)).toHaveLength(18 + 8);
    expect(rounds(device).slice(8, 16)).toEqual(rounds(device).slice(0, 8));
    for (const name of names) expect(session.roundsOf(sha(name))).toHaveLength(3);
  });

  it('goes on within five percent, and tells how far the reference model was away', async () => {
    const device = new FakeDevice((name, count) => (name === 'reference' && count >= 2 ? { slowness: 1.04 } : {}));
    const session = await runFake(device, startOf(names));
    expect(device.pauses).toEqual([]);
    const drifts = names.flatMap((name) => session.roundsOf(sha(name)).map(({ round }) => round.drift!));
    expect(Math.min(...drifts)).toBeCloseTo(1.02, 6);
    expect(Math.max(...drifts)).toBeCloseTo(1.04, 6);
  });

  it('ends when the reference model has moved four times in a row, and keeps what was measured before', async () => {
    const device = new FakeDevice((name, count) => (name === 'reference' && count >= 3 ? { slowness: 1.3 } : {}));
    const entries: SessionEntry[] = [];
    await expect(runFake(device, startOf(names), entries)).rejects.toMatchObject({ code: 'device-drifted', message: expect.stringMatching(/takes 1\.30 times/) as unknown });
    expect(device.pauses).toEqual([60, 60, 60]);
    // The next day it is as before.
    const rested = new FakeDevice();
    const session = await runFake(rested, startOf(names), [...entries, { type: 'resumed', at: '2026-11-02T00:00:00Z' }]);
    expect(rounds(rested)).toHaveLength(18 - 8);
    for (const name of names) expect(session.roundsOf(sha(name))).toHaveLength(3);
  });

  it('begins anew when the device turns out to be faster than at the start, and stays so', async () => {
    // Something slowed the device down until the reference had been measured four times; 8 rounds counted by then, 8 more waited.
    const device = new FakeDevice((_, __, { asked }) => ({ slowness: asked.filter((name) => name === 'reference').length <= 3 ? 1.5 : 1 }));
    const session = await runFake(device, startOf(names));
    expect(device.pauses).toEqual([60]);
    expect(session.restarts).toBe(1);
    expect(rounds(device)).toHaveLength(8 + 8 + 18);
    for (const name of names) expect(session.roundsOf(sha(name)).map(({ medianMs }) => medianMs)).toEqual([10, 10, 10]);
    expect(session.referenceMs).toBe(10);
    expect(session.drift).toBe(1);
  });

  it('takes one fast moment for no more than that', async () => {
    const device = new FakeDevice((name, count) => (name === 'reference' && count === 2 ? { slowness: 0.7 } : {}));
    const session = await runFake(device, startOf(names));
    expect(session.restarts).toBe(0);
    expect(rounds(device)).toHaveLength(18 + 8);
  });

  it('does not begin before two measurements of the reference model agree', async () => {
    const device = new FakeDevice((name, count) => (name === 'reference' && count === 0 ? { slowness: 2 } : {}));
    const session = await runFake(device, startOf(names));
    expect(device.asked.slice(0, 4)).toEqual(['reference', 'reference', 'reference', expect.not.stringMatching('reference')]);
    expect(session.drift).toBe(1);
  });

  it('rests while the device is too warm, and ends when it stays so', async () => {
    const device = new FakeDevice((name, count) => (name === 'a' && count === 0 ? { temperatureC: 43 } : { temperatureC: 30 }));
    await runFake(device, startOf(names));
    expect(device.pauses).toEqual([60]);
    const stove = new FakeDevice(() => ({ temperatureC: 50 }));
    stove.rest = (seconds) => { stove.pauses.push(seconds); };
    await expect(runFake(stove, startOf(names))).rejects.toMatchObject({ code: 'device-too-warm', message: expect.stringContaining('50 °C') as unknown });
    expect(stove.pauses).toHaveLength(15);
  });

  it('measures a model again whose rounds disagree, and uses the rounds that agree', async () => {
    const device = new FakeDevice((name, count) => ({ slowness: name === 'c' ? [1, 1.2, 1, 2, 2, 2.02][count] : 1 }));
    const session = await runFake(device, startOf(names));
    expect(rounds(device).slice(18)).toEqual(['c', 'c', 'c']);
    const measurement = measurementOf(fakeModel('c'), session, 'host')!;
    expect(measurement.latencyMs).toBe(20);
    expect(measurement.flags).not.toContain('rounds-disagree');
    expect(session.progress).toEqual({ done: 21, total: 21 });
  });

  it('keeps all rounds of a model that never agrees, with a flag', async () => {
    const device = new FakeDevice((name, count) => ({ slowness: name === 'c' ? 1 + 0.1 * count : 1 }));
    const measurement = measurementOf(fakeModel('c'), await runFake(device, startOf(names)), 'host')!;
    expect(measurement.timing).toMatchObject({ kind: 'runs', rounds: Array(6).fill(expect.anything()) });
    expect(measurement.flags).toContain('rounds-disagree');
    expect(measurement.latencyMs).toBeCloseTo(12.5, 10);
    expect(measurement.spread).toBeCloseTo(0.5, 10);
  });

  it('leaves out a model that the device cannot run, and ends for faults of the device', async () => {
    const device = new FakeDevice((name) => (name === 'd' ? { fault: { code: 'wrong-output' } } : {}));
    const session = await runFake(device, startOf(names));
    expect(session.failures).toEqual([{ type: 'failed', model: sha('d'), code: 'wrong-output', message: 'd failed' }]);
    expect(measurementOf(fakeModel('d'), session, 'host')).toBeUndefined();
    expect(rounds(device).filter((name) => name === 'd')).toHaveLength(1);
    expect(session.progress).toEqual({ done: 15, total: 15 });
    await expect(runFake(new FakeDevice(() => ({ fault: { code: 'device-gone' } })), startOf(names))).rejects.toMatchObject({ code: 'device-gone' });
  });

  it('goes on after being killed anywhere, with the order it would have had', async () => {
    const whole: SessionEntry[] = [];
    const device = () => new FakeDevice((name, count) => ({ slowness: name === 'c' ? [1, 1.2, 1][count] ?? 1 : 1 }));
    const session = await runFake(device(), startOf(names), whole);
    const sequence = (entries: readonly SessionEntry[]) => entries.flatMap((entry) => (entry.type === 'round' ? [entry.model] : []));
    for (let killedAfter = 0; killedAfter < whole.length; killedAfter++) {
      const entries: SessionEntry[] = [];
      await expect(runFake(device(), startOf(names), entries, killedAfter)).rejects.toThrow('killed');
      // Written lines are what the next program reads.
      const read = entries.map((entry) => JSON.parse(JSON.stringify(entry)) as SessionEntry);
      read.push({ type: 'resumed', at: '2026-11-02T00:00:00Z' });
      const resumed = await runFake(new FakeDevice(), startOf(names), read);
      expect(resumed.progress.done).toBe(resumed.progress.total);
      expect(sequence(read).slice(0, 18)).toEqual(sequence(whole).slice(0, 18));
    }
    expect(session.progress).toEqual({ done: 21, total: 21 });
  });

  it('stops on request, in the middle of a run, and keeps what was measured', async () => {
    const stop = new AbortController();
    const device = new FakeDevice((_name, _count, self) => {
      if (self.asked.length === 6) stop.abort();
      // A run that the stop ends looks like a crash.
      return self.closed ? { fault: { code: 'profiler-crashed' } } : {};
    });
    const entries: SessionEntry[] = [];
    await expect(runFake(device, startOf(names), entries, Infinity, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(device.closed).toBe(true);
    expect(entries.map(({ type }) => type)).toEqual(['reference', 'reference', 'round', 'round', 'round']);
  });

  it('without a reference model only asks that rounds agree', async () => {
    const device = new FakeDevice();
    const session = await runFake(device, startOf(['a'], {}, false));
    expect(device.asked).toEqual(['a', 'a', 'a']);
    const line = JSON.stringify(measurementOf(fakeModel('a'), session, 'host'));
    expect(parseMeasurements(line, 'x')[0].measurement).toMatchObject({ latencyMs: 10, spread: 0, protocol: { version: 1 } });
  });

  it('profiles each model once after everything else, if asked, and keeps what the device tells', async () => {
    const device = new FakeDevice();
    const session = await runFake(device, startOf(['a', 'b'], { profiledRuns: 20 }));
    expect(device.asked.slice(-3)).toEqual(['reference', 'profile of a', 'profile of b']);
    expect(measurementOf(fakeModel('a'), session, 'host')).not.toHaveProperty('blockTimes');
    expect(measurementOf(fakeModel('b'), session, 'host')!.blockTimes).toMatchObject({ runs: 20, blocks: [{ name: 'head', ms: 1 }] });
  });

  it('says in its records when it measured less than the protocol asks for', async () => {
    const session = await runFake(new FakeDevice(), startOf(['a'], { timed: { runs: 5, seconds: 1 } }));
    const measurement = measurementOf(fakeModel('a'), session, 'host')!;
    expect(measurement.flags).toContain('few-runs');
    expect(measurement.protocol.notes).toContain('"timed":{"runs":5,"seconds":1}');
  });
});
