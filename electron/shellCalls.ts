import { writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../core/base/errors.ts';
import type { FileKind } from './shellApi.ts';

/** The parts of Electron that the window's calls use. */
export interface Desktop {
  showOpenDialog(options: OpenDialogOptions): Promise<{ canceled: boolean; filePaths: string[] }>;
  showSaveDialog(options: SaveDialogOptions): Promise<{ canceled: boolean; filePath: string }>;
  showItemInFolder(path: string): void;
  /** Unless the window is in front. */
  notify(title: string, body: string): void;
  rememberStudy(study: { path: string; name: string }): void;
  windowReady(): void;
}

export interface OpenDialogOptions {
  title: string;
  defaultPath?: string;
  properties: ('openDirectory' | 'createDirectory' | 'openFile')[];
  filters?: { name: string; extensions: string[] }[];
}
export type SaveDialogOptions = Omit<OpenDialogOptions, 'properties'>;

const path = z.string().max(4096).refine((value) => isAbsolute(value) && !value.includes('\0'), 'expected an absolute path');
const filters = z.array(z.object({ name: z.string().max(100), extensions: z.array(z.string().regex(/^[a-z0-9]{1,16}$/i)).max(20) })).max(10);
const title = z.string().max(200);
const fileName = z.string().min(1).max(200).refine((value) => !/[\\/:*?"<>|\0]/.test(value) && !/^\.+$/.test(value), 'expected a file name');
const maxSavedBytes = 2 ** 30;

const calls = {
  ready: z.undefined(),
  chooseFolder: z.object({ title, startIn: path.optional() }).strict(),
  chooseFile: z.object({ title, startIn: path.optional(), filters: filters.optional() }).strict(),
  saveFile: z.object({
    title, name: fileName, filters: filters.optional(),
    bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= maxSavedBytes, 'expected less than 1 GiB'),
  }).strict(),
  revealInFolder: path,
  notify: z.object({ title, body: z.string().max(1000) }).strict(),
  rememberStudy: z.object({ path, name: z.string().max(200) }).strict(),
} as const;

export type ShellCall = keyof typeof calls;
export const shellCalls = Object.keys(calls) as ShellCall[];

/** Answers the window's calls; remembers where the last dialog ended, because the system's dialogs do not. */
export class ShellCalls {
  readonly #desktop: Desktop;
  #lastFolder: string | undefined;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  /** @throws InputError `invalid-shell-call` for input that no page of ours sends */
  async answer(call: ShellCall, input: unknown): Promise<unknown> {
    switch (call) {
      case 'ready': return this.#desktop.windowReady();
      case 'chooseFolder': {
        const options = read(call, input);
        return this.#open({ ...options, properties: ['openDirectory', 'createDirectory'] });
      }
      case 'chooseFile': {
        const options = read(call, input);
        return this.#open({ ...options, properties: ['openFile'] });
      }
      case 'saveFile': return this.#save(read(call, input));
      case 'revealInFolder': return this.#desktop.showItemInFolder(read(call, input));
      case 'notify': {
        const { title, body } = read(call, input);
        return this.#desktop.notify(title, body);
      }
      case 'rememberStudy': return this.#desktop.rememberStudy(read(call, input));
    }
  }

  async #open({ title, startIn, filters, properties }: {
    title: string; startIn?: string; filters?: readonly FileKind[]; properties: OpenDialogOptions['properties'];
  }): Promise<string | null> {
    const { canceled, filePaths } = await this.#desktop.showOpenDialog({ title, properties, ...this.#start(startIn), ...kinds(filters) });
    const [chosen] = filePaths;
    if (canceled || chosen === undefined) return null;
    this.#lastFolder = properties.includes('openDirectory') ? chosen : dirname(chosen);
    return chosen;
  }

  async #save({ title, name, bytes, filters }: z.output<typeof calls.saveFile>): Promise<string | null> {
    const defaultPath = this.#lastFolder === undefined ? name : join(this.#lastFolder, name);
    const { canceled, filePath } = await this.#desktop.showSaveDialog({ title, defaultPath, ...kinds(filters) });
    if (canceled || filePath === '') return null;
    await writeFile(filePath, bytes);
    this.#lastFolder = dirname(filePath);
    return filePath;
  }

  #start(startIn: string | undefined): { defaultPath?: string } {
    const defaultPath = startIn ?? this.#lastFolder;
    return defaultPath === undefined ? {} : { defaultPath };
  }
}

function kinds(filters: readonly FileKind[] | undefined): { filters?: { name: string; extensions: string[] }[] } {
  return filters === undefined ? {} : { filters: filters.map(({ name, extensions }) => ({ name, extensions: [...extensions] })) };
}

function read<C extends ShellCall>(call: C, input: unknown): z.output<(typeof calls)[C]> {
  const parsed = calls[call].safeParse(input);
  if (!parsed.success) {
    const [{ path: place, message }] = parsed.error.issues;
    throw new InputError('invalid-shell-call', `${[call, ...place.map(String)].join('.')}: ${message}`);
  }
  return parsed.data as z.output<(typeof calls)[C]>;
}
