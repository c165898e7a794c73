/** What stays as it begins, as a form shows it. */
export type Frozen = 'nothing' | 'backbone' | 'stages' | 'blocks';

/** Reads `training.freeze` as it is written; what cannot be shown is nothing. */
export function frozenParts(written: unknown): { readonly kind: Frozen; readonly count: number } {
  if (written === 'backbone') return { kind: 'backbone', count: 1 };
  for (const kind of ['stages', 'blocks'] as const) {
    const count = typeof written === 'object' && written !== null ? (written as Partial<Record<Frozen, unknown>>)[kind] : undefined;
    if (typeof count === 'number') return { kind, count };
  }
  return { kind: 'nothing', count: 1 };
}

/** As it is written in the file; undefined takes it out. */
export function writtenFreeze(kind: Frozen, count: number): unknown {
  return kind === 'nothing' ? undefined : kind === 'backbone' ? kind : { [kind]: count };
}

/** A phase of a training with fewer tokens, as a training file writes it. */
export interface PhaseEntry {
  readonly epochs?: number;
  readonly stride?: number;
  readonly dilation?: number;
}

/** The `phases:` list as it is written; entries that are no settings are kept as empty ones. */
export function phaseEntries(written: unknown): PhaseEntry[] {
  return Array.isArray(written) ? written.map((entry: unknown) => (typeof entry === 'object' && entry !== null ? entry as PhaseEntry : {})) : [];
}

/** Without settings that say nothing. */
export const writtenPhase = (entry: PhaseEntry): PhaseEntry => (
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined && value !== null)) as PhaseEntry);

/** As-ViT, table 6: of 300 epochs, 40 at a quarter and then 30 at half of the tokens per side. */
const shares = { first: 40 / 300, next: 30 / 300 };
const coarsest = 16;

/** The phase that comes after those there are: at half the stride of the last one. */
export function nextPhase(phases: readonly PhaseEntry[], epochs: number): PhaseEntry {
  const length = (share: number) => Math.max(1, Math.round(share * epochs));
  const last = phases.at(-1)?.stride;
  return last === undefined ? { epochs: length(shares.first), stride: coarsest } : { epochs: length(shares.next), stride: Math.max(2, Math.floor(last / 2)) };
}
