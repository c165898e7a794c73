import { z } from 'zod';
import { count, nothing, path } from './common.ts';

export const themes = ['system', 'light', 'dark'] as const;

export const settings = z.object({
  theme: z.enum(themes),
  /** Engine of new studies and probes. */
  engine: z.enum(['auto', 'ort', 'tensorflow', 'webgpu', 'js']),
  /** Null: as many as the machine offers. */
  threads: z.int().min(1).max(256).nullable(),
  memoryGiB: z.number().positive().nullable(),
  /** Where new studies are made. */
  libraryFolder: path,
  /** Notify when a job ends. */
  notifications: z.boolean(),
  reducedMotion: z.boolean(),
});

const engine = z.object({
  id: z.string(), version: z.string(), device: z.string(), threads: count, available: z.boolean(), inUse: z.boolean(),
  /** Why it cannot be used, and what would help. */
  reason: z.string().nullable(),
});

const folderEntry = z.object({
  name: z.string(), path,
  kind: z.enum(['folder', 'study', 'study-file', 'model', 'json', 'table', 'packed', 'file']),
});

export const appMethods = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(), node: z.string(), platform: z.string(), hostName: z.string(), processors: count, memoryBytes: z.number(),
      /** Folder that relative paths of a new study start from. */
      workingFolder: path,
    }),
  },
  'settings.get': { input: nothing, output: z.object({ settings, path, notes: z.array(z.string()) }) },
  'settings.change': { input: settings.partial().strict(), output: z.object({ settings }) },
  'engines.list': { input: nothing, output: z.array(engine) },
  /** A folder's entries, for choosing files where the system's own dialog is out of reach. */
  'files.list': {
    input: z.object({ path: z.string().nullable() }),
    output: z.object({ path, parent: path.nullable(), roots: z.array(z.object({ name: z.string(), path })), entries: z.array(folderEntry) }),
  },
} as const;
