import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError, messageOf } from '../../base/errors.ts';
import { errorCode, makeDirectory, renameDurably, writeFileAtomic } from '../files.ts';
import { problemsOf, pathText } from '../validationText.ts';
import { userFolder } from './userFolder.ts';

const formatVersion = 1;
const maxRecentStudies = 50;

export const workbenchSettingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system').describe('colours of the window'),
  engine: z.enum(['auto', 'ort', 'tensorflow', 'webgpu', 'js']).default('auto').describe('engine of new studies and probes'),
  threads: z.int().min(1).max(256).nullable().default(null)
    .describe('processor threads; by default as many as the machine offers'),
  memoryGiB: z.number().positive().nullable().default(null).describe('most memory that an engine may take, in GiB'),
  /** Absolute. */
  libraryFolder: z.string().min(1).describe('where new studies are made'),
  notifications: z.boolean().default(true).describe('tell when a job ends'),
  reducedMotion: z.boolean().default(false).describe('leave out animations'),
  /** Folders of studies outside the library, absolute, newest first. */
  recentStudies: z.array(z.string().min(1)).default([]).describe('studies opened from elsewhere'),
});
export type WorkbenchSettings = z.output<typeof workbenchSettingsSchema>;

const chosenSchema = workbenchSettingsSchema.partial().strip();

export interface WorkbenchSettingsOptions {
  /** The settings file; by default settings.json in the user's folder. */
  readonly path?: string;
  /** Used until the person chooses another. Default: the folder `runs` of the working folder. */
  readonly defaultLibraryFolder?: string;
  /** Used instead of the person's choice, until they choose another; not written down. */
  readonly libraryFolder?: string;
}

/** The settings of the window and of `serve`, kept in one file per user. Every change is on the disk when it resolves. */
export class WorkbenchSettingsFile {
  readonly path: string;
  readonly #defaults: WorkbenchSettings;
  /** What the file says; the rest is as the defaults of the moment are. */
  #chosen: Partial<WorkbenchSettings> = {};
  #sessionFolder: string | undefined;
  /** What the person should know about how the file was read. */
  readonly #notes: string[] = [];
  #lastChange: Promise<unknown> = Promise.resolve();

  private constructor(path: string, defaults: WorkbenchSettings, sessionFolder: string | undefined) {
    this.path = path;
    this.#defaults = defaults;
    this.#sessionFolder = sessionFolder;
  }

  /**
   * Reads the settings. A damaged file is kept aside as `<name>.broken`, and the defaults are used with a note.
   * @throws EnvironmentError when the damaged file cannot be moved; whatever the system says of a file it will not read
   */
  static async open(options: WorkbenchSettingsOptions = {}): Promise<WorkbenchSettingsFile> {
    const path = resolve(options.path ?? join(userFolder(), 'settings.json'));
    const defaults = workbenchSettingsSchema.parse({ libraryFolder: resolve(options.defaultLibraryFolder ?? 'runs') });
    const file = new WorkbenchSettingsFile(path, defaults, options.libraryFolder === undefined ? undefined : resolve(options.libraryFolder));
    await file.#read();
    return file;
  }

  get settings(): WorkbenchSettings {
    const libraryFolder = this.#sessionFolder ?? this.#chosen.libraryFolder ?? this.#defaults.libraryFolder;
    return { ...this.#defaults, ...this.#chosen, libraryFolder };
  }

  /** The settings once all changes asked for so far are written, or have failed: what a window that opens now should see. */
  async whenWritten(): Promise<WorkbenchSettings> {
    await this.#lastChange;
    return this.settings;
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  /**
   * Changes some settings; another process's changes of others since then are kept.
   * @throws InputError `invalid-settings` naming the setting; EnvironmentError `disk-full` or `cannot-write`
   */
  change(change: Partial<WorkbenchSettings>): Promise<WorkbenchSettings> {
    return this.#inTurn(() => change);
  }

  /** Puts a study's folder first among the recent ones. */
  async addRecent(directory: string): Promise<void> {
    const added = resolve(directory);
    await this.#inTurn(({ recentStudies }) => ({
      recentStudies: [added, ...recentStudies.filter((each) => each !== added)].slice(0, maxRecentStudies),
    }));
  }

  async removeRecent(directory: string): Promise<void> {
    const removed = resolve(directory);
    await this.#inTurn(({ recentStudies }) => ({ recentStudies: recentStudies.filter((each) => each !== removed) }));
  }

  #inTurn(changeOf: (settings: WorkbenchSettings) => Partial<WorkbenchSettings>): Promise<WorkbenchSettings> {
    const mine = this.#lastChange.then(async () => {
      await this.#read();
      const change = changeOf(this.settings);
      await this.#write(this.#checked({ ...this.#chosen, ...change }));
      if (change.libraryFolder !== undefined) this.#sessionFolder = undefined;
      return this.settings;
    });
    this.#lastChange = mine.catch(() => undefined);
    return mine;
  }

  async #write(chosen: Partial<WorkbenchSettings>): Promise<void> {
    await makeDirectory(dirname(this.path));
    await writeFileAtomic(this.path, `${JSON.stringify({ version: formatVersion, ...chosen }, undefined, 2)}\n`);
    this.#chosen = chosen;
  }

  async #read(): Promise<void> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return;
    }
    try {
      this.#chosen = this.#checked(JSON.parse(text));
    } catch (error) {
      const aside = `${this.path}.broken`;
      await renameDurably(this.path, aside);
      this.#notes.push(`The settings could not be read (${messageOf(error)}), so the defaults are used. The old file is kept as ${aside}.`);
    }
  }

  /**
   * Settings that a person has chosen. Those that this version does not know are let be, so that an older program can
   * read a newer one's file. @throws InputError `invalid-settings`
   */
  #checked(json: unknown): Partial<WorkbenchSettings> {
    const parsed = chosenSchema.safeParse(json);
    if (!parsed.success) {
      const [{ path, text }] = problemsOf(workbenchSettingsSchema, parsed.error.issues, json);
      throw new InputError('invalid-settings', `${pathText(path)}: ${text}.`);
    }
    // Without the defaults, which zod fills in: they may change.
    const chosen = Object.fromEntries(Object.keys(json as object).flatMap((key) => (key in parsed.data ? [[key, parsed.data[key as keyof WorkbenchSettings]]] : [])));
    const { libraryFolder } = parsed.data;
    return { ...chosen, ...(libraryFolder === undefined ? {} : { libraryFolder: resolve(dirname(this.path), libraryFolder) }) };
  }
}
