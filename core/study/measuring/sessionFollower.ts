import { stat } from 'node:fs/promises';
import { InputError } from '../../base/errors.ts';
import type { Condition } from '../../latency/measurements/record.ts';
import { spreadOf } from '../../latency/measurements/statistics.ts';
import { entrySchema, type FailedEntry, type SessionEntry, type SessionStart } from '../../latency/protocol/entries.ts';
import { MeasuringSession } from '../../latency/protocol/session.ts';
import { lineChunks } from '../evaluations/lineChunks.ts';
import { errorCode } from '../files.ts';
import { sessionPaths } from './sessionFolder.ts';

/** Something that happened, after so many rounds had been run in all. */
interface Moment { readonly rounds: number }

/** A measurement of the reference model. */
export interface ReferenceMoment extends Moment {
  /** Relative to the start of the session. */
  readonly ratio: number;
  readonly isSteady: boolean;
}

/** How warm and charged the device was. */
export type ConditionMoment = Moment & Condition;

/** Why rounds do not count: the device was not as at the start, or a model's rounds disagree. */
export interface RejectedRounds extends Moment {
  readonly why: 'drift' | 'spread';
  /** How far the reference model had moved, or how far apart the rounds' medians lie. */
  readonly share: number;
  /** SHA-256 of the models. */
  readonly models: readonly string[];
}

export interface PauseMoment extends Moment { readonly seconds: number; readonly why: 'drift' | 'warmth' }

/** How a session stands, from the first of its entries to the last. */
export interface SessionState {
  readonly start: SessionStart;
  readonly done: number;
  readonly total: number;
  /** The device took the same time twice, so models are measured. */
  readonly isStarted: boolean;
  readonly isFinished: boolean;
  /** How often it went on after it had been ended. */
  readonly resumed: number;
  readonly references: readonly ReferenceMoment[];
  readonly conditions: readonly ConditionMoment[];
  readonly rejected: readonly RejectedRounds[];
  readonly pauses: readonly PauseMoment[];
  readonly failures: readonly FailedEntry[];
  /** When the last round or reference was begun, as far as it is told. */
  readonly lastAt: string | undefined;
}

/** Reads a session that is growing portion by portion, in whichever process it is measured. */
export class SessionFollower {
  readonly #path: string;
  #nextByte = 0;
  #line = 0;
  #replay: Replay | undefined;

  /** @param folder of the session */
  constructor(folder: string) {
    this.#path = sessionPaths(folder).entries;
  }

  /** What is known of the session; undefined while there is none. */
  get state(): SessionState | undefined {
    return this.#replay?.state();
  }

  /**
   * Reads what was added.
   * @returns whether something was
   * @throws InputError `damaged-records` when a whole line is no entry of a session
   */
  async update(): Promise<boolean> {
    const size = await sizeOf(this.#path);
    // Somebody began anew in the same folder.
    if (size < this.#nextByte) [this.#nextByte, this.#line, this.#replay] = [0, 0, undefined];
    if (size === this.#nextByte) return false;
    const before = this.#line;
    for await (const { bytes, offset } of lineChunks(this.#path, this.#nextByte)) {
      const end = bytes.lastIndexOf(0x0a) + 1;
      for (const line of bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1)) this.#take(line);
      this.#nextByte = offset + end;
    }
    return this.#line > before;
  }

  #take(line: string): void {
    this.#line++;
    const parsed = entrySchema.safeParse(jsonOf(line));
    if (!parsed.success || (parsed.data.type === 'session') !== (this.#replay === undefined)) {
      throw new InputError('damaged-records', `${this.#path}:${this.#line}: is no entry of a session; delete this and all later lines to go on from before it.`);
    }
    if (parsed.data.type === 'session') this.#replay = new Replay(parsed.data);
    else this.#replay!.add(parsed.data);
  }
}

/** A session with the history that its machine need not keep. */
class Replay {
  readonly #session: MeasuringSession;
  readonly #referencesMs: { readonly rounds: number; readonly medianMs: number; readonly isSteady: boolean }[] = [];
  readonly #conditions: ConditionMoment[] = [];
  readonly #rejected: RejectedRounds[] = [];
  readonly #pauses: PauseMoment[] = [];
  #startMs: number | undefined;
  #rounds = 0;
  #resumed = 0;
  /** Models measured since the last steady reference. */
  #waiting: string[] = [];
  #lastAt: string | undefined;

  constructor(start: SessionStart) {
    this.#session = new MeasuringSession(start);
  }

  add(entry: SessionEntry): void {
    const session = this.#session;
    const wasStarted = session.isStarted;
    const { restarts } = session;
    const counted = session.start.models.filter((model) => session.roundsOf(model).length > 0);
    session.add(entry);
    switch (entry.type) {
      case 'round':
        this.#rounds++;
        this.#waiting.push(entry.model);
        this.#lastAt = entry.round.startedAt ?? this.#lastAt;
        this.#note(entry.round.after);
        if (session.start.reference === undefined) this.#judge();
        return;
      case 'reference': {
        const isSteady = wasStarted ? this.#isSteady() : session.isStarted;
        this.#referencesMs.push({ rounds: this.#rounds, medianMs: entry.medianMs, isSteady: isSteady || this.#referencesMs.length === 0 });
        if (!wasStarted) this.#startMs = session.isStarted ? (entry.medianMs + (this.#referencesMs.at(-2)?.medianMs ?? entry.medianMs)) / 2 : entry.medianMs;
        this.#lastAt = entry.at ?? this.#lastAt;
        this.#note(entry.condition);
        if (session.restarts > restarts) {
          this.#rejected.push({ rounds: this.#rounds, why: 'drift', share: 1 - session.referenceMs! / this.#startMs!, models: counted });
          this.#startMs = session.referenceMs;
          this.#waiting = [];
          return;
        }
        if (isSteady) return this.#judge();
        if (this.#waiting.length > 0) this.#rejected.push({ rounds: this.#rounds, why: 'drift', share: Math.abs(session.drift - 1), models: this.#waiting });
        this.#waiting = [];
        return;
      }
      case 'pause': {
        const { maxTemperatureC } = session.start.settings;
        this.#pauses.push({ rounds: this.#rounds, seconds: entry.seconds, why: (this.#conditions.at(-1)?.temperatureC ?? -Infinity) > maxTemperatureC ? 'warmth' : 'drift' });
        return this.#note(entry.condition);
      }
      case 'failed':
        this.#waiting = this.#waiting.filter((model) => model !== entry.model);
        return;
      case 'resumed':
        this.#resumed++;
        return;
    }
  }

  state(): SessionState {
    const { start, progress, isStarted, failures } = this.#session;
    const next = this.#session.next();
    const startMs = this.#startMs ?? 1;
    return {
      start, ...progress, isStarted, failures, isFinished: next.kind === 'end' && next.why === 'done', resumed: this.#resumed,
      references: this.#referencesMs.map(({ rounds, medianMs, isSteady }) => ({ rounds, ratio: medianMs / startMs, isSteady })),
      conditions: [...this.#conditions], rejected: [...this.#rejected], pauses: [...this.#pauses], lastAt: this.#lastAt,
    };
  }

  #isSteady(): boolean {
    const { drift, start: { settings: { maxDrift } } } = this.#session;
    return Math.max(drift, 1 / drift) <= 1 + maxDrift;
  }

  /** Rounds that have just come to count: those that complete a set and disagree are measured again, or kept with a doubt. */
  #judge(): void {
    const { rounds } = this.#session.start.settings;
    for (const model of new Set(this.#waiting)) {
      const accepted = this.#session.roundsOf(model);
      const attempt = accepted.at(-1)?.attempt ?? 0;
      const medians = accepted.filter((each) => each.attempt === attempt).map(({ medianMs }) => medianMs);
      if (medians.length >= rounds && !this.#session.isAgreed(model, attempt)) {
        this.#rejected.push({ rounds: this.#rounds, why: 'spread', share: spreadOf(medians) ?? 0, models: [model] });
      }
    }
    this.#waiting = [];
  }

  #note(condition: Condition | undefined): void {
    if (condition !== undefined && Object.keys(condition).length > 0) this.#conditions.push({ rounds: this.#rounds, ...condition });
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return 0;
    throw error;
  }
}
