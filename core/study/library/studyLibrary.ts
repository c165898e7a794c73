import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EnvironmentError, InputError, messageOf } from '../../base/errors.ts';
import { forEachConcurrent } from '../../data/concurrent.ts';
import { errorCode } from '../files.ts';
import { createStudy, openStudy, studyPaths } from '../folder.ts';
import type { WorkbenchSettingsFile } from '../settings/workbenchSettings.ts';
import { parseStudyFile, readStudyFile } from '../studyFile.ts';
import type { StudyFile } from '../studyFile.ts';
import { readStudyInfo } from '../studyInfo.ts';
import { readText } from '../textFile.ts';
import { setInYaml } from './editYaml.ts';
import { inFreeFolder } from './freeFolder.ts';
import { LibraryWatch } from './libraryWatch.ts';
import type { LibraryChange } from './libraryWatch.ts';
import { changeMetadata } from './metadata.ts';
import type { StudyMetadata } from './metadata.ts';
import { holderOf, looksLikeStudy, missingRow, studyIdOf, StudyRowReader } from './studyRow.ts';
import type { StudyRow } from './studyRow.ts';
import { studyRunning, Trash } from './trash.ts';
import type { TrashedStudy } from './trash.ts';

export interface NewStudy {
  /** The study file. */
  readonly text: string;
  /** Absolute; relative paths in the text start there. */
  readonly baseDir: string;
  /** Written into the text; by default what the text says, or "study". */
  readonly name?: string;
  /** Where to make it; by default the library and the study's name, numbered when that is taken. */
  readonly directory?: string;
}

/** What a path that a person opened turned out to be. */
export type Opened =
  | { readonly kind: 'study'; readonly id: string; readonly directory: string }
  /** A study file that no study was made of yet. */
  | { readonly kind: 'study-file'; readonly file: StudyFile };

const concurrentReads = 16;

/** The studies that a person works with: those in the library folder, and those opened from elsewhere. */
export class StudyLibrary {
  readonly #settings: WorkbenchSettingsFile;
  readonly #reader = new StudyRowReader();
  readonly #directories = new Map<string, string>();

  constructor(settings: WorkbenchSettingsFile) {
    this.#settings = settings;
  }

  /** Where new studies are made; absolute. */
  get folder(): string {
    return this.#settings.settings.libraryFolder;
  }

  /**
   * All studies, newest first; damaged ones come with a `problem`, and so do those opened from elsewhere whose folder is
   * not there at the moment. Only what has changed since the last call is read.
   */
  async list(): Promise<StudyRow[]> {
    const own = await subfoldersOf(this.folder);
    const recent = this.#settings.settings.recentStudies.filter((directory) => !own.includes(directory));
    const rows = new Map<string, StudyRow>();
    await forEachConcurrent([...own, ...recent], concurrentReads, async (directory) => {
      const row = await this.#reader.read(directory) ?? (recent.includes(directory) ? missingRow(directory) : undefined);
      if (row) rows.set(directory, row);
    });
    const listed = [...rows.values()].sort((a, b) => compare(b.created, a.created) || compare(a.directory, b.directory));
    for (const { id, directory } of listed) this.#directories.set(id, directory);
    return listed;
  }

  /**
   * One study as the list shows it.
   * @throws InputError `unknown-study`
   */
  async row(id: string): Promise<StudyRow> {
    const directory = await this.directoryOf(id);
    return await this.#reader.read(directory) ?? missingRow(directory);
  }

  /** The folder of a study. @throws InputError `unknown-study` */
  async directoryOf(id: string): Promise<string> {
    const known = this.#directories.get(id);
    if (known !== undefined && existsSync(known)) return known;
    const directory = (await this.list()).find((row) => row.id === id)?.directory;
    if (directory === undefined) {
      throw new InputError('unknown-study', 'There is no such study in the library; was its folder moved or deleted?', { details: { id } });
    }
    return directory;
  }

  /** Tells all studies at once and then every change, until the returned function is called. */
  watch(listener: (change: LibraryChange) => void, options: { pollMs?: number } = {}): () => void {
    const watch = new LibraryWatch(this, listener, options);
    return () => watch.close();
  }

  /**
   * Makes a study that is ready to be run.
   * @returns its id
   * @throws those of `parseStudyFile` and `createStudy`
   */
  async create({ text, baseDir, name, directory }: NewStudy): Promise<string> {
    const named = name === undefined ? text : setInYaml(text, ['name'], name);
    const file: StudyFile = { settings: parseStudyFile(named, 'study.yaml'), text: named, path: 'study.yaml', baseDir: resolve(baseDir) };
    if (directory !== undefined) {
      const made = await created(resolve(directory), file);
      if (dirname(made) !== this.folder) await this.#settings.addRecent(made);
      return studyIdOf(made);
    }
    return inFreeFolder(this.folder, file.settings.name, async (free) => studyIdOf(await created(free, file)));
  }

  /**
   * A new study with the same settings. Its relative paths go on to start where the original's do.
   * @returns its id
   */
  async duplicate(id: string, name: string): Promise<string> {
    const { text, baseDir } = await this.source(id);
    return this.create({ text, baseDir, name });
  }

  /** A study's file, and the folder that its paths start from. @throws those of `readStudyInfo` and `readText` */
  async source(id: string): Promise<{ text: string; baseDir: string }> {
    const directory = await this.directoryOf(id);
    const paths = studyPaths(directory);
    const { baseDir } = await readStudyInfo(paths.info, directory);
    return { text: await readText(paths.studyFile), baseDir };
  }

  /**
   * Changes what a study is called. Its folder, and so its id, stay.
   * @throws InputError `study-running`, `invalid-name`, and those of `openStudy`
   */
  async rename(id: string, name: string): Promise<void> {
    const directory = await this.directoryOf(id);
    if (name.trim() === '' || name.length > 100) throw new InputError('invalid-name', 'A study\'s name has 1 to 100 characters.');
    if (holderOf(directory)) throw studyRunning(directory);
    const study = await openStudy(directory).catch((error: unknown) => {
      throw error instanceof EnvironmentError && error.code === 'study-in-use' ? studyRunning(directory, error) : error;
    });
    try {
      await study.update({ name: name.trim() });
    } finally {
      study.close();
      this.#reader.forget(directory);
    }
  }

  /** Changes tags, notes or the archive mark; works while the study runs. */
  async changeMetadata(id: string, change: Partial<Omit<StudyMetadata, 'version'>>): Promise<StudyMetadata> {
    const directory = await this.directoryOf(id);
    const metadata = await changeMetadata(directory, change);
    this.#reader.forget(directory);
    return metadata;
  }

  /**
   * Moves studies to the library's trash: all or, when one of them is running or cannot be moved, none.
   * @returns names for `restore`, in the order of the ids
   * @throws InputError `study-running`, `unknown-study`, `trash-elsewhere`; EnvironmentError `cannot-write`
   */
  async trash(ids: readonly string[]): Promise<string[]> {
    const rows = await Promise.all(ids.map((id) => this.row(id)));
    const running = rows.find(({ holder }) => holder !== null);
    if (running) throw studyRunning(running.directory);
    const trashed: string[] = [];
    try {
      for (const { directory, name } of rows) trashed.push(await this.#trash.put(directory, name));
    } catch (error) {
      for (const trashId of trashed) await this.#trash.restore(trashId);
      throw error;
    }
    for (const { directory } of rows) {
      this.#reader.forget(directory);
      await this.forget(directory);
    }
    return trashed;
  }

  /** Puts a study back. @returns its id, a new one when its old place was taken. @throws InputError `not-in-trash` */
  async restore(trashId: string): Promise<string> {
    const directory = await this.#trash.restore(trashId);
    if (dirname(directory) !== this.folder) await this.#settings.addRecent(directory);
    return studyIdOf(directory);
  }

  listTrash(): Promise<TrashedStudy[]> {
    return this.#trash.list();
  }

  /** Deletes for good. @param trashIds all by default. @returns how many */
  emptyTrash(trashIds?: readonly string[]): Promise<number> {
    return this.#trash.empty(trashIds);
  }

  /**
   * Opens what a person picked: a study's folder, the study.yaml in one, or a study file that stands alone.
   * @throws InputError `missing-file`, `not-a-study`, and those of `readStudyFile`
   */
  async openFrom(path: string): Promise<Opened> {
    const absolute = resolve(path);
    const asFolder = ['study.yaml', 'study.json', 'study.pocketformer'].includes(basename(absolute)) ? dirname(absolute) : absolute;
    if (looksLikeStudy(await entriesOf(asFolder) ?? [])) {
      if (dirname(asFolder) !== this.folder) await this.#settings.addRecent(asFolder);
      return { kind: 'study', id: studyIdOf(asFolder), directory: asFolder };
    }
    if (await entriesOf(absolute) !== undefined) {
      throw new InputError('not-a-study', `${absolute}: is not a study; a study's folder holds a study.json.`);
    }
    return { kind: 'study-file', file: await readStudyFile(absolute) };
  }

  /** Takes a study that lies outside the library off the list; its folder stays as it is. @param study id or folder */
  async forget(study: string): Promise<void> {
    const { recentStudies } = this.#settings.settings;
    const directory = recentStudies.find((each) => each === study || studyIdOf(each) === study);
    if (directory !== undefined) await this.#settings.removeRecent(directory);
  }

  get #trash(): Trash {
    return new Trash(this.folder);
  }
}

async function created(directory: string, file: StudyFile): Promise<string> {
  (await createStudy(directory, file)).close();
  return directory;
}

/** Visible folders inside a folder; none when it is not there. */
async function subfoldersOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
      .map(({ name }) => join(folder, name));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw new EnvironmentError('unreadable-library', `The library ${folder} cannot be read: ${messageOf(error)}. `
      + 'Choose another folder in the settings, or give yourself the right to read it.', { cause: error });
  }
}

/** Names in a folder; undefined when it is none. */
async function entriesOf(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
