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

export interface WorkbenchSettingsOptions {
  /** The settings file; by default settings.json in the user's folder. */
  readonly path?: string;
  /** Used until the person chooses another. Default: the folder `runs` of the working folder. */
  readonly libraryFolder?: string;
}

/** The settings of the window and of `serve`, kept in one file per user. Every change is on the disk when it resolves. */
export class WorkbenchSettingsFile {
  readonly path: string;
  readonly #defaults: WorkbenchSettings;
  /** What the person should know about how the file was read. */
  readonly #notes: string[] = [];
  #settings: WorkbenchSettings;
  #lastChange: Promise<unknown> = Promise.resolve();

  private constructor(path: string, defaults: WorkbenchSettings) {
    this.path = path;
    this.#defaults = defaults;
    this.#settings = defaults;
  }

  /**
   * Reads the settings. A damaged file is kept aside as `<name>.broken`, and the defaults are used with a note.
   * @throws EnvironmentError when the damaged file cannot be moved; whatever the system says of a file it will not read
   */
  static async open(options: WorkbenchSettingsOptions = {}): Promise<WorkbenchSettingsFile> {
    const path = resolve(options.path ?? join(userFolder(), 'settings.json'));
    const defaults = workbenchSettingsSchema.parse({ libraryFolder: resolve(options.libraryFolder ?? 'runs') });
    const file = new WorkbenchSettingsFile(path, defaults);
    await file.#read();
    return file;
  }

  get settings(): WorkbenchSettings {
    return this.#settings;
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
      await this.#write({ ...this.#settings, ...changeOf(this.#settings) });
      return this.#settings;
    });
    this.#lastChange = mine.catch(() => undefined);
    return mine;
  }

  async #write(changed: Record<string, unknown>): Promise<void> {
    const parsed = workbenchSettingsSchema.safeParse(changed);
    if (!parsed.success) {
      const [{ path, text }] = problemsOf(workbenchSettingsSchema, parsed.error.issues, changed);
      throw new InputError('invalid-settings', `${pathText(path)}: ${text}.`);
    }
    const settings = { ...parsed.data, libraryFolder: resolve(dirname(this.path), parsed.data.libraryFolder) };
    await makeDirectory(dirname(this.path));
    await writeFileAtomic(this.path, `${JSON.stringify({ version: formatVersion, ...settings }, undefined, 2)}\n`);
    this.#settings = settings;
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
      this.#settings = this.#parse(text);
    } catch (error) {
      const aside = `${this.path}.broken`;
      await renameDurably(this.path, aside);
      this.#notes.push(`The settings could not be read (${messageOf(error)}), so the defaults are used. The old file is kept as ${aside}.`);
    }
  }

  /** Settings that this version does not know are let be, so that an older program can read a newer one's file. */
  #parse(text: string): WorkbenchSettings {
    const json: unknown = JSON.parse(text);
    const parsed = workbenchSettingsSchema.strip().safeParse(
      typeof json === 'object' && json !== null ? { libraryFolder: this.#defaults.libraryFolder, ...json } : json);
    if (parsed.success) return { ...parsed.data, libraryFolder: resolve(dirname(this.path), parsed.data.libraryFolder) };
    const [{ path, text: problem }] = problemsOf(workbenchSettingsSchema, parsed.error.issues, json);
    throw new InputError('invalid-settings', `${pathText(path)}: ${problem}`);
  }
}
