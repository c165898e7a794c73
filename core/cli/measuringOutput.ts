import { flags, type BlockTimes, type Measurement } from '../latency/measurements/record.ts';
import { summariseRounds } from '../latency/measurements/statistics.ts';
import { targetTitle } from '../latency/measurements/target.ts';
import type { ModelToMeasure } from '../latency/profilers/profiler.ts';
import { restartText } from '../latency/protocol/session.ts';
import type { MeasuringHooks } from '../study/measuring/measureModels.ts';
import { ProgressBar } from '../study/progressBar.ts';
import type { Surroundings } from './command.ts';
import { tableLines } from './table.ts';

/** Shows a measuring session on standard error: rounds done, drift of the reference model, how warm the device is. */
export class MeasuringProgress {
  readonly hooks: Pick<MeasuringHooks, 'onStep' | 'onEntry'>;
  readonly #names: ReadonlyMap<string, string>;
  #bar: ProgressBar | undefined;
  #total = 0;
  #restarts = 0;

  constructor(models: readonly ModelToMeasure[], { progress: output, quiet }: Surroundings) {
    this.#names = new Map(models.map(({ sha256, name }) => [sha256, name]));
    this.hooks = {
      onStep: (step, session) => {
        const { done, total } = session.progress;
        // The total grows when models have to be measured again; a bar's does not.
        if (total !== this.#total) this.finish();
        this.#total = total;
        this.#bar ??= new ProgressBar({ label: 'Measuring', total, done, unit: 'rounds', output, quiet });
        if (step.kind === 'pause') {
          this.#bar.log(step.why === 'drift' ? `The reference model takes ${percent(Math.abs(session.drift - 1))} ${session.drift > 1 ? 'longer' : 'less time'} than at first; pausing ${step.seconds} s.`
            : `The device is at ${session.condition.temperatureC} °C; pausing ${step.seconds} s.`);
        }
      },
      onEntry: (entry, session) => {
        const { done, total } = session.progress;
        const { temperatureC, batteryPercent } = session.condition;
        const name = entry.type === 'round' || entry.type === 'failed' ? this.#names.get(entry.model) : entry.type;
        if (entry.type === 'failed') this.#bar?.log(entry.message);
        if (session.restarts > this.#restarts) {
          this.#bar?.log(restartText);
          this.finish();
        }
        this.#restarts = session.restarts;
        this.#bar?.update(Math.min(done, total), [
          name, ...(session.start.reference === undefined ? [] : [`drift ${percent(session.drift - 1)}`]),
          ...(temperatureC === undefined ? [] : [`${temperatureC} °C`]), ...(batteryPercent === undefined ? [] : [`battery ${batteryPercent} %`]),
        ].join(', '));
      },
    };
  }

  finish(): void {
    this.#bar?.finish();
    this.#bar = undefined;
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const digits = (value: number) => (value < 1000 ? value.toPrecision(4) : String(Math.round(value)));

/** Measurements as a table, with the device under it and what is doubtful. */
export function measurementLines(measurements: readonly Measurement[]): string[] {
  const rows = measurements.map(({ model, latencyMs, spread, timing, flags: doubts }) => {
    const summary = timing.kind === 'runs' ? summariseRounds(timing.rounds) : undefined;
    return [
      `${digits(latencyMs)} ms`, summary === undefined ? '' : `${digits(summary.p10Ms)} to ${digits(summary.p90Ms)}`,
      spread === null ? '' : percent(spread), String(summary?.runs ?? ''), model.name, doubts.join(', '),
    ];
  });
  const [{ blockTimes } = {}] = measurements.length === 1 ? measurements : [];
  const targets = [...new Set(measurements.map(({ target }) => targetTitle(target)))];
  const doubts = [...new Set(measurements.flatMap((each) => each.flags))];
  return [...tableLines(columns, rows), ...(blockTimes ? ['', ...blockLines(blockTimes)] : []), ...(targets.length > 0 ? ['', ...targets] : []), ...doubts.map((doubt) => `${doubt}: ${flags[doubt]}.`)];
}

/** Shares, because a profiled run takes longer. */
function blockLines({ blocks, unattributedMs }: BlockTimes): string[] {
  const total = blocks.reduce((sum, { ms }) => sum + ms, unattributedMs);
  const rows = [...blocks, { name: 'of no block', ms: unattributedMs }].map(({ name, ms }) => [percent(ms / total), name]);
  return tableLines([{ title: 'share', align: 'right' }, { title: 'block', align: 'left' }], rows);
}

const columns = [
  { title: 'latency', align: 'right' }, { title: 'p10 to p90', align: 'right' }, { title: 'spread', align: 'right' },
  { title: 'runs', align: 'right' }, { title: 'model', align: 'left' }, { title: 'doubts', align: 'left' },
] as const;
