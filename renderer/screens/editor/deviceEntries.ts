/** A device as a study file writes it: a name alone, or with a limit and budgets. */
export interface DeviceEntry {
  readonly name?: string;
  readonly file?: string;
  readonly maxMs?: number;
  readonly budgetsMs?: readonly number[];
}

/** The `devices:` list as it is written; entries that are neither name nor settings are kept as empty ones. */
export function deviceEntries(written: unknown): DeviceEntry[] {
  if (!Array.isArray(written)) return [];
  return written.map((entry: unknown) => {
    if (typeof entry === 'string') return { name: entry };
    return typeof entry === 'object' && entry !== null ? entry as DeviceEntry : {};
  });
}

/** An entry in its shortest form: a bare name where nothing else is said. */
export function writtenDevice(entry: DeviceEntry): unknown {
  const kept = Object.fromEntries(Object.entries(entry).filter(([, value]) => (
    value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0))));
  return Object.keys(kept).length === 1 && entry.name !== undefined ? entry.name : kept;
}

/** What an entry is called in estimates and results. */
export const deviceLabel = ({ name, file }: DeviceEntry): string => (
  name ?? file?.split(/[\\/]/).at(-1)?.replace(/\.json$/, '') ?? 'Device');

/** Reads budgets that a person lists: "4, 5.5 8". Null when something is not a positive number. */
export function parseBudgets(words: readonly string[]): number[] | null {
  const values = words.map((word) => Number(word.replace(/\s*ms$/i, '')));
  return values.every((value) => Number.isFinite(value) && value > 0) ? [...new Set(values)].sort((a, b) => a - b) : null;
}
