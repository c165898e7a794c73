import { InputError } from '../../base/errors.ts';
import { keptRuns } from '../measurements/keptRuns.ts';
import { plausibleMs, type BlockTimes, type Flag, type Measurement } from '../measurements/record.ts';
import { summariseRounds } from '../measurements/statistics.ts';
import type { Subject } from '../measurements/subject.ts';

/** What others measured, before it is known on which device. */
export interface Imported extends Pick<Measurement, 'timing' | 'latencyMs' | 'spread'> {
  /** Where it stands: "table.csv:3". */
  readonly place: string;
  /** As the source calls the model, where it does. */
  readonly name?: string;
  readonly sha256?: string;
  readonly of?: Subject;
  readonly flags: readonly Flag[];
  readonly blockTimes?: BlockTimes;
  /** What the source says of the setting; who imports must not say otherwise. */
  readonly told: { readonly threads?: number; readonly provider?: string };
}

type Summary = Extract<Measurement['timing'], { kind: 'summary' }>;

/** Of a source that keeps no single runs. @param latencyMs the figure that `statistic` names */
export function fromSummary(place: string, latencyMs: number, summary: Omit<Summary, 'kind'>, more: Partial<Imported> = {}): Imported {
  for (const [field, value] of Object.entries({ latencyMs, ...summary })) {
    // A deviation may be nothing at all.
    if (typeof value === 'number' && /Ms$/.test(field) && field !== 'deviationMs') requirePlausible(value, `${place}: ${field}`);
  }
  return { place, told: {}, ...more, latencyMs, spread: null, timing: { kind: 'summary', ...summary }, flags: ['summary-only', ...(more.flags ?? [])] };
}

/** Of a source that lists the runs. @param runsMs at least one */
export function fromRuns(place: string, runsMs: readonly number[], more: Partial<Imported> = {}): Imported {
  runsMs.forEach((value, i) => requirePlausible(value, `${place}: run ${i + 1}`));
  const rounds = [{ warmUpRuns: 0, ...keptRuns(runsMs) }];
  const { latencyMs, spread } = summariseRounds(rounds);
  return { place, told: {}, flags: [], ...more, latencyMs, spread, timing: { kind: 'runs', rounds } };
}

/** @throws InputError `implausible-latency` for what is no time that a run takes, in milliseconds */
export function requirePlausible(valueMs: number, where: string): void {
  if (valueMs >= plausibleMs.least && valueMs <= plausibleMs.most) return;
  throw new InputError('implausible-latency', `${where} is ${valueMs} ms; expected a time from ${plausibleMs.least} to ${plausibleMs.most} ms.`);
}
