import type { Objective } from '../../../format/index.ts';

/** One architecture as it is copied or saved. */
export interface ListedArchitecture {
  readonly id: string;
  readonly key: string;
  readonly name?: string;
  readonly arch: unknown;
  /** Accuracy, or score as the proxy gave it; NaN where it is not valid. */
  readonly number: number;
  /** By device; NaN where it is not known. */
  readonly latencyMs: Readonly<Record<string, number>>;
  readonly macs: number;
  readonly params: number;
  readonly generation: number;
  /** Devices on whose front it is. */
  readonly fronts: readonly string[];
}

/** What an objective's numbers are called in files. */
const fieldOf = ({ kind }: Pick<Objective, 'kind'>) => (kind === 'accuracy' ? 'accuracy' : 'score');

/** CSV as RFC 4180 has it, with a header; missing values are empty, choices are JSON. */
export function csvOf(rows: readonly ListedArchitecture[], devices: readonly string[], objective: Objective): string {
  const header = ['id', 'name', objective.kind === 'accuracy' ? 'accuracy' : `score_${objective.id}`, ...devices.map((device) => `latency_ms_${device}`), 'macs', 'params', 'generation', 'fronts', 'arch'];
  const lines = rows.map((row) => [
    row.id, row.name ?? '', numberText(row.number), ...devices.map((device) => numberText(row.latencyMs[device])), numberText(row.macs),
    numberText(row.params), numberText(row.generation), row.fronts.join(' '), JSON.stringify(row.arch),
  ]);
  return [header, ...lines].map((line) => line.map(field).join(',')).join('\r\n') + '\r\n';
}

/** JSON; what is not known is null. */
export function jsonOf(rows: readonly ListedArchitecture[], objective: Objective): string {
  const proxy = objective.kind === 'accuracy' ? {} : { proxy: objective.id };
  return `${JSON.stringify(rows.map(({ number, latencyMs, id, key, name, arch, ...rest }) => ({
    id, key, ...(name === undefined ? {} : { name }), arch, ...proxy, [fieldOf(objective)]: known(number), latencyMs: mapped(latencyMs), ...rest,
  })), null, 2)}\n`;
}

function mapped(values: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, known(value)]));
}

/** 32-bit columns carry some seven digits: more of them would be noise. */
const known = (value: number): number | null => (!Number.isFinite(value) ? null : Number.isInteger(value) ? value : Number(value.toPrecision(7)));

function numberText(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  return Number.isInteger(value) ? String(value) : String(known(value));
}

function field(text: string): string {
  // A leading sign would make spreadsheets run the text as a formula; none of ours begins so, names of devices might.
  const safe = /^[=+@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
