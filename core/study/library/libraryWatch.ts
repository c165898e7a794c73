import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { resolve } from 'node:path';
import type { StudyRow } from './studyRow.ts';

export interface LibraryChange {
  /** What was told before is void: `changed` holds all studies. */
  readonly reset: boolean;
  readonly changed: readonly StudyRow[];
  /** Ids of studies that are no longer there. */
  readonly removed: readonly string[];
  /** Why the list could not be read this time. */
  readonly error?: unknown;
}

interface Listing {
  readonly folder: string;
  list(): Promise<StudyRow[]>;
}

/** Changes within this time are told together. */
const coalesceMs = 200;
const defaultPollMs = 2000;
/** Pauses are at least this many times as long as a look, so that large libraries do not keep the process busy. */
const restPerLook = { poll: 20, reported: 4 };

/**
 * Looks at the library again when the system reports a change in its folder or in that of a running study, and now and
 * then in any case: not every file system reports.
 */
export class LibraryWatch {
  readonly #library: Listing;
  readonly #listener: (change: LibraryChange) => void;
  readonly #pollMs: number;
  readonly #watchers = new Map<string, FSWatcher>();
  #told: Map<string, string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** How long the last look took. */
  #lookMs = 0;
  #isDueSoon = false;
  #isLooking = false;
  #isClosed = false;

  constructor(library: Listing, listener: (change: LibraryChange) => void, options: { pollMs?: number } = {}) {
    this.#library = library;
    this.#listener = listener;
    this.#pollMs = options.pollMs ?? defaultPollMs;
    void this.#look();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#isDueSoon = false;
    const startedMs = performance.now();
    try {
      const rows = await this.#library.list();
      if (this.#isClosed) return;
      this.#watchFolders(rows);
      this.#tell(rows);
    } catch (error) {
      if (!this.#isClosed) this.#listener({ reset: false, changed: [], removed: [], error });
    } finally {
      this.#isLooking = false;
      this.#lookMs = performance.now() - startedMs;
      if (this.#isDueSoon) this.#scheduleSoon();
      else this.#schedule(Math.max(this.#pollMs, restPerLook.poll * this.#lookMs));
    }
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), delayMs);
    this.#timer.unref();
  }

  #soon(): void {
    if (this.#isDueSoon || this.#isClosed) return;
    this.#isDueSoon = true;
    if (!this.#isLooking) this.#scheduleSoon();
  }

  #scheduleSoon(): void {
    this.#schedule(Math.max(coalesceMs, restPerLook.reported * this.#lookMs));
  }

  #tell(rows: readonly StudyRow[]): void {
    const now = new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
    const before = this.#told;
    this.#told = now;
    const changed = rows.filter(({ id }) => before?.get(id) !== now.get(id));
    const removed = [...before?.keys() ?? []].filter((id) => !now.has(id));
    if (before === undefined || changed.length + removed.length > 0) this.#listener({ reset: before === undefined, changed, removed });
  }

  #watchFolders(rows: readonly StudyRow[]): void {
    const wanted = new Set([resolve(this.#library.folder), ...rows.filter(({ holder }) => holder).map(({ directory }) => directory)]);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (!this.#watchers.has(folder)) this.#watchFolder(folder);
    }
  }

  /** Where the system cannot watch, or not so many folders, looking now and then has to do. */
  #watchFolder(folder: string): void {
    const drop = () => {
      this.#watchers.get(folder)?.close();
      this.#watchers.delete(folder);
    };
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#soon());
      watcher.on('error', drop);
      this.#watchers.set(folder, watcher);
    } catch {
      drop();
    }
  }
}
