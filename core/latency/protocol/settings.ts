import { z } from 'zod';

const length = z.strictObject({ runs: z.int().min(1).max(100_000), seconds: z.number().min(0).max(3600) });

/** How a session measures. The defaults are the protocol of version 1 (latency.md, section 5). */
export const protocolSettingsSchema = z.strictObject({
  /** Rounds of each model, spread over the session in random order. */
  rounds: z.int().min(1).max(100).default(3),
  /** Of a model in all its rounds together; each round also warms up as many runs. */
  warmUp: length.default({ runs: 10, seconds: 1 }),
  /** Of a model in all its rounds together. */
  timed: length.default({ runs: 50, seconds: 3 }),
  /** Rounds of models between two measurements of the reference model. */
  referenceEvery: z.int().min(1).max(1000).default(8),
  /** How far the reference model's median may move from the start of the session. */
  maxDrift: z.number().positive().max(100).default(0.05),
  /** How far apart the medians of a model's rounds may lie. */
  maxSpread: z.number().positive().max(100).default(0.03),
  /** Sets of rounds that a model gets until they agree. */
  attempts: z.int().min(1).max(10).default(2),
  /** Pause after the reference model moved, or while the device is too warm. */
  coolDownSeconds: z.number().min(0).max(3600).default(60),
  /** Times the reference model may move in a row before the session ends. */
  coolDowns: z.int().min(0).max(100).default(3),
  /** Runs with a profiler after all others, which tell the share of each block; none by default. */
  profiledRuns: z.int().min(0).max(1000).default(0),
  /** Of the battery; a warmer phone rests first. */
  maxTemperatureC: z.number().max(100).default(42),
});
export type ProtocolSettings = z.output<typeof protocolSettingsSchema>;

export const defaultProtocol: ProtocolSettings = protocolSettingsSchema.parse({});

/** How long a person wants to measure; the rest is as the protocol has it. */
export interface SessionLengths {
  readonly rounds: number;
  /** Timed runs and seconds of each model, at least. */
  readonly runs: number;
  readonly seconds: number;
  /** How far the reference model may move: 0.05 is 5 %. */
  readonly maxDrift: number;
  readonly coolDownSeconds: number;
  readonly profiledRuns?: number;
}

export function protocolOf({ rounds, runs, seconds, maxDrift, coolDownSeconds, profiledRuns = 0 }: SessionLengths): ProtocolSettings {
  const { warmUp } = defaultProtocol;
  return {
    ...defaultProtocol, rounds, timed: { runs, seconds },
    // A short measurement is not to wait for its warm-up.
    warmUp: { runs: Math.min(warmUp.runs, runs), seconds: Math.min(warmUp.seconds, seconds) },
    maxDrift, coolDownSeconds, profiledRuns,
  };
}

/** About how long a round takes beside its runs: loading the model, checking what it computes. */
const overheadSeconds = 0.3;

/** Minutes that a session takes at least: on slow devices, runs take longer than the time that they must. */
export function sessionMinutes(models: number, settings: ProtocolSettings): number {
  const { warmUp, timed } = roundLength(settings);
  const rounds = models * settings.rounds;
  return rounds * (1 + 1 / settings.referenceEvery) * (warmUp.seconds + timed.seconds + overheadSeconds) / 60;
}

/** What one round runs. */
export function roundLength({ rounds, warmUp, timed }: ProtocolSettings): { warmUp: typeof warmUp; timed: typeof timed } {
  return {
    warmUp: { runs: warmUp.runs, seconds: warmUp.seconds / rounds },
    timed: { runs: Math.ceil(timed.runs / rounds), seconds: timed.seconds / rounds },
  };
}

/** Whether a session with these settings measures as much as the protocol asks for. */
export function isFull(settings: ProtocolSettings): boolean {
  const { rounds, warmUp, timed } = defaultProtocol;
  return settings.rounds >= rounds && [[settings.warmUp, warmUp], [settings.timed, timed]].every(([mine, asked]) =>
    mine.runs >= asked.runs && mine.seconds >= asked.seconds);
}
