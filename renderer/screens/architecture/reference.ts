import type { FrontEntryView, StudySummaryView } from '../../../core/api/contract/types.ts';

/** An architecture of a study's fronts. */
export interface KnownArchitecture {
  readonly id: string;
  readonly name: string | null;
  readonly arch: unknown;
  /** Fraction, 0 to 1. */
  /** Of the study's objective. */
  readonly value: number;
  readonly macs: number;
  /** By device, for the devices on whose fronts it lies. */
  readonly latencyMs: Readonly<Record<string, number>>;
}

/** The architectures on a study's fronts, each once, from the fastest on. */
export function frontArchitectures(fronts: StudySummaryView['fronts']): KnownArchitecture[] {
  const known = new Map<string, { entry: FrontEntryView; latencyMs: Record<string, number> }>();
  for (const { device, front } of fronts) {
    for (const entry of front) {
      const before = known.get(entry.id) ?? { entry, latencyMs: {} };
      before.latencyMs[device] = entry.latencyMs;
      known.set(entry.id, before);
    }
  }
  return [...known.values()]
    .map(({ entry: { id, name, arch, value, macs }, latencyMs }) => ({ id, name: name ?? null, arch, value, macs, latencyMs }))
    .sort((a, b) => Math.min(...Object.values(a.latencyMs)) - Math.min(...Object.values(b.latencyMs)) || a.macs - b.macs);
}

/** What an address or a picker may name an architecture by. */
export type Reference =
  | { readonly kind: 'known'; readonly known: KnownArchitecture }
  /** A row of the study's evaluations. */
  | { readonly kind: 'row'; readonly row: number }
  /** An id that is on no front; it may be anywhere among the evaluated rows. */
  | { readonly kind: 'id'; readonly id: string }
  /** A published name or JSON text. */
  | { readonly kind: 'text'; readonly text: string };

/** Reads "9bfe2198" (an id), "row:120", "T1" or JSON. */
export function readReference(text: string, fronts: readonly KnownArchitecture[]): Reference {
  const known = fronts.find(({ id, name }) => id === text || name === text);
  if (known) return { kind: 'known', known };
  const row = /^row:(\d+)$/.exec(text);
  if (row) return { kind: 'row', row: Number(row[1]) };
  return /^[0-9a-f]{8}$/.test(text) ? { kind: 'id', id: text } : { kind: 'text', text };
}

/** The front's neighbours of an architecture: `step` 1 for the next slower one; null at the ends. */
export function neighbourOnFront(fronts: readonly KnownArchitecture[], id: string | null, step: 1 | -1): KnownArchitecture | null {
  const at = fronts.findIndex((known) => known.id === id);
  if (at < 0) return (step === 1 ? fronts[0] : fronts.at(-1)) ?? null;
  return fronts[at + step] ?? null;
}
