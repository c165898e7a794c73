import type { LibraryChange } from '../../study/library/libraryWatch.ts';
import type { StudyRow as LibraryRow } from '../../study/library/studyRow.ts';
import type { StudyLibrary } from '../../study/library/studyLibrary.ts';
import type { Job, StudyRow } from '../contract/types.ts';
import { studyRow } from '../handlers/studies.ts';
import type { Sources } from '../server.ts';
import type { Sequence } from './sequence.ts';

interface Listener {
  tell(change: { changed: StudyRow[]; removed: string[] }): void;
  fail(error: unknown): void;
}

interface JobsView {
  ofStudy(study: string): Job | undefined;
  pids(): ReadonlySet<number>;
  onChange(listener: () => void): () => void;
}

/**
 * The library's list with the state of this session's jobs, for any number of clients: one watch over the folders, as
 * long as somebody looks.
 */
export class StudiesSource {
  readonly #library: StudyLibrary;
  readonly #jobs: JobsView;
  readonly #sequence: Sequence;
  readonly #listeners = new Set<Listener>();
  readonly #rows = new Map<string, LibraryRow>();
  readonly #told = new Map<string, string>();
  #stop: (() => void) | undefined;
  #isKnown = false;

  constructor(library: StudyLibrary, jobs: JobsView, sequence: Sequence) {
    this.#library = library;
    this.#jobs = jobs;
    this.#sequence = sequence;
  }

  /** The source of the topic `studies`: everything first, whatever the client knows already. */
  readonly open: Sources['studies'] = (_, { emit, fail }) => {
    const tell = (reset: boolean, changed: StudyRow[], removed: string[]) => emit(this.#sequence.next(), { reset, changed, removed });
    let isTold = false;
    const listener: Listener = {
      tell: ({ changed, removed }) => {
        if (isTold) return tell(false, changed, removed);
        isTold = true;
        tell(true, this.#all(), []);
      },
      fail,
    };
    this.#listeners.add(listener);
    this.#start();
    if (this.#isKnown) listener.tell({ changed: [], removed: [] });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#end();
    };
  };

  /** Looks again at once, after a change that this process made itself. */
  refresh(): void {
    if (!this.#stop) return;
    this.#stop();
    this.#stop = undefined;
    this.#start();
  }

  #start(): void {
    if (this.#stop) return;
    const stopWatch = this.#library.watch((change) => this.#take(change));
    const stopJobs = this.#jobs.onChange(() => this.#tell([]));
    this.#stop = () => {
      stopWatch();
      stopJobs();
    };
  }

  #end(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#isKnown = false;
    this.#rows.clear();
    this.#told.clear();
  }

  #take({ reset, changed, removed, error }: LibraryChange): void {
    if (error !== undefined) {
      // The list is as good as it was; without any, the person must hear why.
      if (!this.#isKnown) for (const listener of this.#listeners) listener.fail(error);
      return;
    }
    const gone = reset ? [...this.#rows.keys()].filter((id) => !changed.some((row) => row.id === id)) : removed;
    for (const id of gone) {
      this.#rows.delete(id);
      this.#told.delete(id);
    }
    for (const row of changed) this.#rows.set(row.id, row);
    const isFirst = !this.#isKnown;
    this.#isKnown = true;
    this.#tell([...gone], isFirst);
  }

  #tell(removed: string[], always = false): void {
    if (!this.#isKnown) return;
    const changed = this.#all().filter((row) => {
      const text = JSON.stringify(row);
      if (this.#told.get(row.id) === text) return false;
      this.#told.set(row.id, text);
      return true;
    });
    if (always || changed.length + removed.length > 0) for (const listener of this.#listeners) listener.tell({ changed, removed });
  }

  #all(): StudyRow[] {
    const pids = this.#jobs.pids();
    return [...this.#rows.values()].map((row) => studyRow(row, this.#jobs.ofStudy(row.id), pids));
  }
}
