import { Random } from '../../base/random.ts';
import type { BlockTimes, Condition, Round } from '../measurements/record.ts';
import { median, spreadOf } from '../measurements/statistics.ts';
import type { FailedEntry, RoundEntry, SessionEntry, SessionStart } from './entries.ts';

/** What a session does next. */
export type Step =
  | { readonly kind: 'reference' }
  | { readonly kind: 'round'; readonly model: string }
  | { readonly kind: 'profile'; readonly model: string; readonly runs: number }
  | { readonly kind: 'pause'; readonly seconds: number; readonly why: 'drift' | 'warmth' }
  | { readonly kind: 'end'; readonly why: 'done' | 'drift' | 'warmth' };

interface Pending {
  readonly entry: RoundEntry;
  readonly attempt: number;
}

/** A round that counts. */
export interface AcceptedRound {
  readonly round: Round;
  readonly medianMs: number;
  /** Which set of rounds it belongs to, from 0. */
  readonly attempt: number;
  readonly outputs: RoundEntry['outputs'];
}

/**
 * The protocol of latency.md, section 5, as a machine that is told what happened and says what to do. It knows no clock and
 * no device: the same entries always lead to the same step, which is how an interrupted session resumes and how tests run.
 *
 * A session measures every model in rounds, all models once before any a second time, in an order drawn from the seed. The
 * reference model is measured twice at the start, where both must agree, and then again and again; rounds count once the
 * reference measured after them is steady, and are done again where it is not. Where the device turns out to be faster than
 * it was at the start, and stays so, the session began while something slowed it down: all rounds are then done again, and
 * the faster times are the start. Models whose rounds disagree get new rounds.
 */
export class MeasuringSession {
  readonly start: SessionStart;
  readonly #accepted = new Map<string, AcceptedRound[]>();
  readonly #failed = new Map<string, FailedEntry>();
  readonly #profiled = new Map<string, BlockTimes | undefined>();
  #pending: Pending[] = [];
  /** Of the reference model: the first value, then the mean of two that agree. */
  #startMs: number | undefined;
  #isStarted = false;
  #drift = 1;
  /** Of the reference model, when it was last measured and faster than at the start. */
  #fasterMs: number | undefined;
  #restarts = 0;
  #moves = 0;
  #warmPauses = 0;
  #needsReference: boolean;
  #needsPause = false;
  #condition: Condition = {};

  constructor(start: SessionStart) {
    this.start = start;
    this.#needsReference = start.reference !== undefined;
    for (const model of start.models) this.#accepted.set(model, []);
  }

  /** The reference model's median relative to the start of the session. */
  get drift(): number { return this.#drift; }
  /** Whether the reference model took the same time twice, so that models can be measured. */
  get isStarted(): boolean { return this.#isStarted; }
  /** What the reference model took at the start, where it took the same time twice. */
  get referenceMs(): number | undefined { return this.#isStarted ? this.#startMs : undefined; }
  /** How often everything was measured again because the session had begun while the device was slow. */
  get restarts(): number { return this.#restarts; }
  get condition(): Condition { return this.#condition; }
  get failures(): readonly FailedEntry[] { return [...this.#failed.values()]; }

  /** Rounds that are done and all that are planned at this moment. */
  get progress(): { readonly done: number; readonly total: number } {
    const { models, settings: { rounds } } = this.start;
    const kept = models.filter((model) => !this.#failed.has(model));
    const done = kept.reduce((sum, model) => sum + this.roundsOf(model).length, 0) + this.#pending.length;
    return { done, total: kept.reduce((sum, model) => sum + (1 + this.#attemptOf(model)) * rounds, 0) };
  }

  blockTimesOf(model: string): BlockTimes | undefined {
    return this.#profiled.get(model);
  }

  /** Rounds that count, in the order they were measured. */
  roundsOf(model: string): readonly AcceptedRound[] {
    return this.#accepted.get(model) ?? [];
  }

  /** Whether the rounds of one attempt are complete and agree. */
  isAgreed(model: string, attempt: number): boolean {
    const { settings: { rounds, maxSpread } } = this.start;
    const medians = this.#ofAttempt(model, attempt).map(({ medianMs }) => medianMs);
    return medians.length >= rounds && (spreadOf(medians) ?? 0) <= maxSpread;
  }

  next(): Step {
    const { settings: { coolDownSeconds, coolDowns, maxTemperatureC, referenceEvery }, reference } = this.start;
    if (this.#moves > coolDowns) return { kind: 'end', why: 'drift' };
    if ((this.#condition.temperatureC ?? -Infinity) > maxTemperatureC) {
      return this.#warmPauses >= warmPauses ? { kind: 'end', why: 'warmth' } : { kind: 'pause', seconds: coolDownSeconds, why: 'warmth' };
    }
    if (this.#needsPause) return { kind: 'pause', seconds: coolDownSeconds, why: 'drift' };
    if (this.#needsReference) return { kind: 'reference' };
    const model = this.#nextModel();
    if (reference !== undefined && (this.#pending.length >= referenceEvery || (model === undefined && this.#pending.length > 0))) return { kind: 'reference' };
    if (model !== undefined) return { kind: 'round', model };
    const profiled = this.#nextProfiled();
    return profiled === undefined ? { kind: 'end', why: 'done' } : { kind: 'profile', model: profiled, runs: this.start.settings.profiledRuns };
  }

  /** Takes note of what happened. Entries come in the order of the steps they answer. */
  add(entry: SessionEntry): void {
    switch (entry.type) {
      case 'session': throw new RangeError('A session starts once.');
      case 'resumed':
        this.#needsReference = this.start.reference !== undefined;
        this.#needsPause = false;
        this.#fasterMs = undefined;
        this.#moves = this.#warmPauses = 0;
        this.#condition = {};
        return;
      case 'pause':
        this.#needsPause = false;
        this.#warmPauses++;
        this.#condition = entry.condition;
        return;
      case 'reference':
        this.#condition = entry.condition;
        return this.#addReference(entry.medianMs);
      case 'failed':
        this.#failed.set(entry.model, entry);
        this.#pending = this.#pending.filter((each) => each.entry.model !== entry.model);
        return;
      case 'profile':
        this.#profiled.set(entry.model, entry.blockTimes);
        return;
      case 'round':
        this.#warmPauses = 0;
        this.#condition = entry.round.after ?? this.#condition;
        this.#pending.push({ entry, attempt: this.#attemptOf(entry.model) });
        if (this.start.reference === undefined) this.#accept();
    }
  }

  #addReference(medianMs: number): void {
    const before = this.#drift;
    const { maxDrift } = this.start.settings;
    if (this.#startMs === undefined) {
      this.#startMs = medianMs;
      return;
    }
    this.#drift = medianMs / this.#startMs;
    const isSteady = agree(medianMs, this.#startMs, maxDrift);
    if (!this.#isStarted) {
      this.#startMs = isSteady ? (this.#startMs + medianMs) / 2 : medianMs;
      this.#isStarted = isSteady;
      this.#drift = 1;
    } else if (!isSteady && medianMs < this.#startMs) {
      if (this.#fasterMs !== undefined && agree(medianMs, this.#fasterMs, maxDrift)) return this.#startAgain((medianMs + this.#fasterMs) / 2);
      this.#fasterMs = medianMs;
    } else this.#fasterMs = undefined;
    this.#needsReference = !isSteady;
    if (isSteady) {
      this.#moves = 0;
      this.#accept((before + this.#drift) / 2);
    } else {
      this.#moves++;
      this.#needsPause = true;
      this.#pending = [];
    }
  }

  #startAgain(startMs: number): void {
    this.#startMs = startMs;
    this.#fasterMs = undefined;
    this.#drift = 1;
    this.#moves = 0;
    this.#restarts++;
    this.#needsReference = false;
    this.#pending = [];
    for (const model of this.start.models) this.#accepted.set(model, []);
  }

  #accept(drift?: number): void {
    for (const { entry: { model, round, outputs }, attempt } of this.#pending) {
      this.#accepted.get(model)?.push({
        round: drift === undefined ? round : { ...round, drift }, medianMs: median(round.runsMs), attempt, outputs,
      });
    }
    this.#pending = [];
  }

  /** The first model, in the order of its pass, that has fewer rounds than all will have after this pass. */
  #nextModel(): string | undefined {
    const { settings: { attempts, rounds }, seed, models } = this.start;
    const kept = models.filter((model) => !this.#failed.has(model));
    for (let pass = 0; pass < attempts * rounds; pass++) {
      const attempt = Math.floor(pass / rounds);
      const waiting = kept.filter((model) => this.#attemptOf(model) === attempt && this.#countOf(model, attempt) <= pass % rounds);
      if (waiting.length > 0) return new Random(seed).fork(`pass ${pass}`).shuffled(models).find((model) => waiting.includes(model));
    }
    return undefined;
  }

  #nextProfiled(): string | undefined {
    const { settings: { profiledRuns }, models } = this.start;
    return profiledRuns === 0 ? undefined : models.find((model) => !this.#failed.has(model) && !this.#profiled.has(model));
  }

  #countOf(model: string, attempt: number): number {
    const pending = this.#pending.filter((each) => each.entry.model === model && each.attempt === attempt);
    return this.#ofAttempt(model, attempt).length + pending.length;
  }

  /** The set of rounds that a model is in: a further one when those before are complete and disagree. */
  #attemptOf(model: string): number {
    const { attempts, rounds } = this.start.settings;
    let attempt = 0;
    while (attempt + 1 < attempts && this.#ofAttempt(model, attempt).length >= rounds && !this.isAgreed(model, attempt)) attempt++;
    return attempt;
  }

  #ofAttempt(model: string, attempt: number): readonly AcceptedRound[] {
    return this.roundsOf(model).filter((each) => each.attempt === attempt);
  }
}

/** Rests that a device gets in a row to become cooler. */
const warmPauses = 15;

/** Whether two times differ by no more than a share of the smaller one. */
const agree = (a: number, b: number, share: number) => Math.max(a, b) <= (1 + share) * Math.min(a, b);

/** What a restart is to a person. */
export const restartText = 'The device is faster than when the session began, and stays so; everything is measured again.';
