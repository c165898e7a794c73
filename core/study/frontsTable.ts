import { frontSubset } from '../search/frontSubset.ts';
import { objectiveText } from '../search/objective.ts';
import type { Objective } from '../search/objective.ts';
import type { DeviceFront, FrontEntry, SearchResult } from '../search/result.ts';
import type { MeasuredByKey, MeasuredLatency } from './measuredLatency.ts';

export interface FrontsTableOptions {
  /** Characters that a line may have; architectures are shortened to fit. Default 120. */
  readonly columns?: number;
  /** Architectures shown of each front, those that make up most of its hypervolume. Default 20. */
  readonly rows?: number;
  /** Something simple to compare with, for instance a linear classifier on the same pixels. */
  readonly baseline?: { readonly label: string; readonly accuracy: number };
  /** Shown beside what was predicted. */
  readonly measured?: MeasuredByKey;
}

const headings = (objective: Objective) => ['id', nameOf(objective), 'latency (interval)', 'measured', 'MACs', 'params', 'architecture'];
const nameOf = ({ kind, title }: Objective) => (kind === 'accuracy' ? 'accuracy' : title);
const gap = '  ';

/** The fronts as plain text, one table a device: for terminals and for report files. */
export function frontsTable(result: SearchResult, options: FrontsTableOptions = {}): string {
  const { columns = 120, rows: mostRows = 20 } = options;
  const tables = result.devices.map((device) => {
    const measured = options.measured?.get(device.device) ?? new Map<string, MeasuredLatency>();
    const shown = withMeasured(device.front, frontSubset(device.front, mostRows, device.referencePoint), measured);
    const rest = device.front.length - shown.length;
    return [heading(device, result.objective), ...rows(shown, columns, result.objective, measured), ...(rest > 0 ? [`  (and ${rest} more)`] : [])].join('\n');
  });
  if (result.top.length > 0) tables.push(topTable(result, columns));
  if (options.baseline) {
    tables.push(`For comparison, ${options.baseline.label}: ${percent(options.baseline.accuracy)}`);
  }
  return `${tables.join('\n\n')}\n`;
}

/** The best whatever their latencies, which is what a search without devices would have kept. */
function topTable({ objective, top, evaluations, invalid }: SearchResult, columns: number): string {
  const devices = Object.keys(top[0].latencyMs);
  const cells = top.map(({ id, value, latencyMs, macs, params, name, key }) => [
    id, objectiveText(objective, value), ...devices.map((device) => ms(latencyMs[device])), millions(macs), params === undefined ? '' : millions(params), name ?? key,
  ]);
  const without = invalid === 0 ? '' : `, ${invalid} of which have no valid score`;
  return [
    `Best by ${objective.title} alone, of ${evaluations} evaluated${without}`,
    ...aligned(['id', objective.title, ...devices, 'MACs', 'params', 'architecture'], cells, columns),
  ].join('\n');
}

function heading(result: DeviceFront, objective: Objective): string {
  const { device, maxMs, front, evaluated, hypervolume, normalizedHypervolume, referencePoint, evaluationsTo95Percent } = result;
  const budget = maxMs === undefined ? '' : ` within ${ms(maxMs)}`;
  const found = `${device}: ${front.length} on the Pareto front of ${evaluated} evaluated${budget}`;
  const volume = `hypervolume ${normalizedHypervolume.toFixed(3)} (${hypervolume.toPrecision(4)} ms x ${nameOf(objective)})`;
  const soon = typeof evaluationsTo95Percent === 'number' ? `; 95 % of it after ${evaluationsTo95Percent} evaluations` : '';
  return `${found}\n${volume}, reference point ${ms(referencePoint.latencyMs)} and ${objectiveText(objective, referencePoint.value)}${soon}`;
}

/** What was measured is shown in any case. */
function withMeasured(front: readonly FrontEntry[], shown: readonly FrontEntry[], measured: ReadonlyMap<string, MeasuredLatency>): readonly FrontEntry[] {
  return front.filter((entry) => shown.includes(entry) || measured.has(entry.key));
}

function rows(front: readonly FrontEntry[], columns: number, objective: Objective, measured: ReadonlyMap<string, MeasuredLatency>): string[] {
  if (front.length === 0) return ['  (nothing evaluated fits)'];
  const cells = front.map((entry) => [
    entry.id,
    objectiveText(objective, entry.value),
    interval(entry),
    measuredText(entry, measured.get(entry.key)),
    millions(entry.macs),
    entry.params === undefined ? '' : millions(entry.params),
    entry.name ?? entry.key,
  ]);
  return aligned(headings(objective), cells, columns);
}

/** Columns that have anything in them, the last one shortened to fit. */
function aligned(titles: readonly string[], cells: readonly (readonly string[])[], columns: number): string[] {
  const shown = [...titles.keys()].filter((column) => cells.some((row) => row[column] !== ''));
  const table = [titles, ...cells].map((row) => shown.map((column) => row[column]));
  const last = shown.length - 1;
  const widths = shown.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const before = gap.length + widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 0);
  const room = Math.max(8, columns - before);
  return table.map((row) => gap + row.map((cell, column) => {
    if (column === last) return shorten(cell, room);
    return column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  }).join(gap));
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}

/** "21.1 ms (20.8 to 21.5)" */
function interval({ latencyMs, lowMs, highMs }: FrontEntry): string {
  const digits = decimals(latencyMs);
  return `${ms(latencyMs)} (${lowMs.toFixed(digits)} to ${highMs.toFixed(digits)})`;
}

/** "22.0 ms, 4.3 % more" where it took longer than predicted; "!" where it lies outside the interval, "(doubtful)" where its rounds disagree. */
function measuredText({ latencyMs, lowMs, highMs }: FrontEntry, measured: MeasuredLatency | undefined): string {
  if (measured === undefined) return '';
  const more = 100 * (measured.ms / latencyMs - 1);
  return `${ms(measured.ms)}, ${Math.abs(more).toFixed(1)} % ${more < 0 ? 'less' : 'more'}${measured.ms < lowMs || measured.ms > highMs ? ' !' : ''}${measured.isDoubtful ? ' (doubtful)' : ''}`;
}

/** "64.9 %" */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

/** "21.1 ms": three digits or so, whatever the size. */
export function ms(value: number): string {
  return `${value.toFixed(decimals(value))} ms`;
}

function decimals(value: number): number {
  return value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
}

/** "221.5 M" */
export function millions(value: number): string {
  const inMillions = value / 1e6;
  return `${inMillions.toFixed(Math.max(1, decimals(inMillions)))} M`;
}
