import type { DraftOf } from './draftKind.ts';

/** A file that was begun and not yet made a study, training or transfer. */
export interface StoredDraft {
  /** What it is to become; a study where nothing is said. */
  readonly of?: DraftOf;
  /** What it began from: of a study a template's id or `study:<id>`, of others the address of their beginning. */
  readonly origin: string;
  readonly text: string;
  readonly baseDir: string;
  /** The text it began with, so that an untouched draft is not worth keeping. */
  readonly original: string;
}

const prefix = 'pocketformer.draft.';

type TextStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Keeps a draft over navigation and reloads; one that equals its beginning is dropped. */
export function keepDraft(store: TextStore, draft: StoredDraft): void {
  if (draft.text === draft.original) store.removeItem(prefix + draft.origin);
  else store.setItem(prefix + draft.origin, JSON.stringify(draft));
}

export function keptDraft(store: TextStore, origin: string): StoredDraft | undefined {
  return read(store, prefix + origin);
}

export function dropDraft(store: TextStore, origin: string): void {
  store.removeItem(prefix + origin);
}

/** All drafts of one kind that were begun in this window. */
export function keptDrafts(store: TextStore, of: DraftOf = 'study'): StoredDraft[] {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
  return keys.filter((key) => key?.startsWith(prefix) ?? false).flatMap((key) => read(store, key ?? '') ?? []).filter((draft) => (draft.of ?? 'study') === of);
}

function read(store: TextStore, key: string): StoredDraft | undefined {
  try {
    const value = JSON.parse(store.getItem(key) ?? 'null') as Partial<StoredDraft> | null;
    const texts = [value?.origin, value?.text, value?.baseDir, value?.original];
    return texts.every((text) => typeof text === 'string') ? value as StoredDraft : undefined;
  } catch {
    // Not written by this version: as good as none.
    return undefined;
  }
}
