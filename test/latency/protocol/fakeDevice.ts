import { EnvironmentError } from '../../../core/base/errors.ts';
import type { ModelToMeasure, Profiler, RoundLength } from '../../../core/latency/profilers/profiler.ts';
import type { SessionEntry, SessionStart } from '../../../core/latency/protocol/entries.ts';
import { runSession } from '../../../core/latency/protocol/runSession.ts';
import { MeasuringSession } from '../../../core/latency/protocol/session.ts';
import { defaultProtocol, type ProtocolSettings } from '../../../core/latency/protocol/settings.ts';

export const sha = (name: string) => Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64);

export function fakeModel(name: string): ModelToMeasure {
  return {
    name, path: `${name}.onnx`, sha256: sha(name), sizeBytes: 1000, input: { name: 'images', shape: [1, 3, 8, 8] }, precision: 'float32', of: { kind: 'unknown' },
  };
}

/** What a device does at a moment: its slowness, its warmth, or a fault. */
export interface FakeMoment {
  /** How many times as long everything takes. */
  readonly slowness?: number;
  readonly temperatureC?: number;
  readonly fault?: { readonly code: string };
}

/** A device whose runs take what the test says; it counts what it was asked. No time passes. */
export class FakeDevice implements Profiler {
  readonly way = 'host';
  readonly target = { device: 'fake', runtime: { name: 'none' }, provider: 'cpu', threads: 1 };
  readonly asked: string[] = [];
  readonly lengths: RoundLength[] = [];
  readonly pauses: number[] = [];
  closed = false;
  readonly #moment: (name: string, count: number, device: FakeDevice) => FakeMoment;

  /** @param moment what happens when a model is measured for the count-th time, from 0 */
  constructor(moment: (name: string, count: number, device: FakeDevice) => FakeMoment = () => ({})) {
    this.#moment = moment;
  }

  #now: FakeMoment = {};

  async measure({ name }: ModelToMeasure, length: RoundLength) {
    const count = this.asked.filter((each) => each === name).length;
    this.asked.push(name);
    this.lengths.push(length);
    this.#now = this.#moment(name, count, this);
    if (this.#now.fault) throw new EnvironmentError(this.#now.fault.code, `${name} failed`);
    const ms = 10 * (this.#now.slowness ?? 1);
    return { round: { warmUpRuns: length.warmUp.runs, runsMs: [ms, ms * 1.001, ms * 0.999, 5 * ms, ms] } };
  }

  async blockTimes({ name }: ModelToMeasure, runs: number) {
    this.asked.push(`profile of ${name}`);
    return name === 'a' ? undefined : { source: 'fake', runs, blocks: [{ name: 'head', ms: 1 }], unattributedMs: 0 };
  }

  async condition() {
    const { temperatureC } = this.#now;
    return temperatureC === undefined ? {} : { temperatureC };
  }

  async close() { this.closed = true; }

  /** A pause cools. */
  rest(seconds: number): void {
    this.pauses.push(seconds);
    this.#now = {};
  }
}

export interface FakeRun {
  readonly session: MeasuringSession;
  readonly entries: readonly SessionEntry[];
}

export function startOf(names: readonly string[], settings: Partial<ProtocolSettings> = {}, withReference = true): SessionStart {
  return {
    type: 'session', id: 'test', startedAt: '2026-11-01T00:00:00Z', seed: 1, target: new FakeDevice().target, settings: { ...defaultProtocol, ...settings },
    models: names.map(sha), ...(withReference && { reference: sha('reference') }),
  };
}

/** Runs a session on a fake device, whose entries it adds to a list. @param stopAfter entries after which the program is killed */
export async function runFake(
  device: FakeDevice, start: SessionStart, entries: SessionEntry[] = [], stopAfter = Infinity, signal?: AbortSignal,
): Promise<MeasuringSession> {
  const session = new MeasuringSession(start);
  for (const entry of entries) session.add(entry);
  const names = start.models.map((hash) => Buffer.from(hash, 'hex').toString().replace(/\.+$/, ''));
  let added = 0;
  await runSession({
    session, models: names.map(fakeModel), ...(start.reference && { reference: fakeModel('reference') }), profiler: device,
    append: async (entry) => {
      if (added++ >= stopAfter) throw new Error('killed');
      entries.push(entry);
    },
    sleep: async (seconds) => device.rest(seconds), signal,
  });
  return session;
}
