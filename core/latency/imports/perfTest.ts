import { parseCsv } from '../../base/csv.ts';
import { InputError } from '../../base/errors.ts';
import { fromRuns, fromSummary, type Imported } from './imported.ts';

/*
 * onnxruntime_perf_test (latency.md, section 1): what it prints, and the file that it appends single runs to. Means are in
 * milliseconds, percentiles and runs in seconds. Old builds write "Average inference time cost" and "P50 Latency is 0.0123sec",
 * new ones "Average inference time cost total" and "P50 Latency: 0.0123 s".
 */

export const isPerfTestOutput = (text: string) => /^\s*Average inference time cost(?: total)?:/m.test(text);

/** Rows of a result file: model, seconds, peak bytes, CPU percent, run. */
const resultRow = /^[^,\n]*,[\d.]+(?:e[+-]?\d+)?,\d+,-?\d+,\d+\s*$/im;
export const isPerfTestResults = (text: string) => resultRow.test(text.replace(/^\uFEFF/, '').split('\n', 1)[0]);

/** Percentiles and the mean are of the same runs; a mean this many times the median is a matter of units. */
const strangeRatio = 20;

/**
 * Reads what the program printed for one model. With `-v` it holds every run, otherwise a summary.
 * @throws InputError `invalid-perf-test`, `implausible-latency`
 */
export function readPerfTestOutput(text: string, source: string): Imported {
  const meanMs = numberOf(text, /Average inference time cost(?: total)?:\s*(\S+)\s*ms/);
  const told = toldBy(text);
  if (meanMs === undefined) throw new InputError('invalid-perf-test', `${source}: has no mean in ms after "Average inference time cost"; was the output cut off?`);
  const runs = [...text.matchAll(/iteration:\d+,time_cost:(\S+)/g)].map((match) => 1000 * Number(match[1]));
  const requests = numberOf(text, /Total inference requests:\s*(\d+)/);
  if (runs.length > 0) {
    if (requests !== undefined && requests !== runs.length) {
      throw new InputError('invalid-perf-test', `${source}: lists ${runs.length} runs but says that there were ${requests}; was the output cut off?`);
    }
    return fromRuns(source, runs, { told });
  }
  const seconds = (name: string) => {
    const value = numberOf(text, new RegExp(`\\b${name} Latency(?: is|:)\\s*([^\\s]+?)\\s*s(?:ec)?\\s*$`, 'm'));
    return value === undefined ? undefined : 1000 * value;
  };
  const [p50Ms, p90Ms, p99Ms, leastMs, mostMs] = ['P50', 'P90', 'P99', 'Min', 'Max'].map(seconds);
  if (p50Ms !== undefined && Math.max(p50Ms / meanMs, meanMs / p50Ms) > strangeRatio) {
    throw new InputError('invalid-perf-test', `${source}: the median is ${p50Ms} ms if it is in seconds as usual, but the mean ${meanMs} ms; this build uses other units.`);
  }
  const known = Object.fromEntries(Object.entries({ p50Ms, p90Ms, p99Ms, leastMs, mostMs, runs: requests }).filter(([, value]) => value !== undefined));
  return fromSummary(source, p50Ms ?? meanMs, { statistic: p50Ms === undefined ? 'mean' : 'median', ...known }, { told });
}

/** The runs of one model in a result file. */
export interface PerfTestRuns {
  readonly name: string;
  readonly place: string;
  readonly runsMs: readonly number[];
}

/**
 * Reads a result file, to which runs of several models may have been appended.
 * @throws InputError `invalid-perf-test` naming the line
 */
export function perfTestRuns(text: string, source: string): PerfTestRuns[] {
  // Statistics of a run, which some builds append, are of the same runs again.
  const rows = parseCsv(text, source).filter(({ cells }) => !/^(Min|Max|P\d+) Latency/.test(cells[0]));
  const byModel = new Map<string, { place: string; runsMs: number[] }>();
  for (const { line, cells } of rows) {
    const seconds = Number(cells[1]);
    if (cells.length !== 5 || cells[1] === '' || !Number.isFinite(seconds)) {
      throw new InputError('invalid-perf-test', `${source}:${line}: expected "model,seconds,peak bytes,CPU percent,run", got "${cells.join(',').slice(0, 80)}"; was the file cut off?`);
    }
    const model = byModel.get(cells[0]) ?? { place: `${source}:${line}`, runsMs: [] };
    model.runsMs.push(1000 * seconds);
    byModel.set(cells[0], model);
  }
  return [...byModel].map(([path, { place, runsMs }]) => ({ name: path.split(/[/\\]/).at(-1)!.replace(/\.onnx$/, ''), place, runsMs }));
}

/** The same as imports. @throws InputError `invalid-perf-test`, `implausible-latency` */
export function readPerfTestResults(text: string, source: string): Imported[] {
  return perfTestRuns(text, source).map(({ name, place, runsMs }) => fromRuns(place, runsMs, { name }));
}

function numberOf(text: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const value = Number(match[1]);
  return Number.isFinite(value) ? value : undefined;
}

function toldBy(text: string): Imported['told'] {
  const threads = numberOf(text, /Setting intra_op_num_threads to (\d+)/);
  return threads === undefined || threads === 0 ? {} : { threads };
}
