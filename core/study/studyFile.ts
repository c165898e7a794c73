import { basename, dirname, extname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { dataSchema } from '../data/config.ts';
import { searchSettingsSchema } from '../search/settings.ts';
import { getSpace } from '../spaces/index.ts';
import { trainingSettingsSchema } from '../training/settings.ts';
import { readText } from './textFile.ts';
import { pathText, problemsOf } from './validationText.ts';
import { parseYaml } from './yamlFile.ts';

/** The newest version of the study file that this Pocketformer reads. */
export const studyFileVersion = 1;

const count = z.int().min(1);
const positive = z.number().positive();

const deviceSchema = z.strictObject({
  /** A device model that ships with Pocketformer; or `file`. */
  name: z.string().min(1).optional(),
  /** A device model of one's own; relative to the study file. */
  file: z.string().min(1).optional(),
  /** Architectures predicted to be slower are not searched. */
  maxMs: positive.optional(),
  /** Latencies for each of which the best architecture is wanted. */
  budgetsMs: z.array(positive).min(1).optional(),
}).refine((device) => (device.name === undefined) !== (device.file === undefined), {
  error: 'a device has either a name or a file',
});

/** `- pixel4` is short for `- name: pixel4`. */
const deviceEntrySchema = z.union([z.string().min(1).transform((name) => ({ name })), deviceSchema]);

const studySearchSchema = searchSettingsSchema.omit({ budgetsMs: true }).extend({
  /** Batches of training images that set a subnet's batch norms before it is evaluated. */
  calibrationBatches: count.default(8),
  /** Validation images per evaluation; all of them when there are fewer. */
  evaluationImages: count.default(1000),
});

export const studySchema = z.strictObject({
  version: z.literal(studyFileVersion),
  name: z.string().refine((name) => /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,98}[\p{L}\p{N}_-])?$/u.test(name), {
    error: 'expected up to 100 letters, digits, spaces, dots, hyphens and underscores, beginning with a letter or digit',
  }).optional(),
  seed: z.int().min(0).default(1),
  space: z.string().min(1),
  engine: z.enum(['auto', 'ort', 'tensorflow', 'webgpu', 'js']).default('auto'),
  /** What the engine may take of the machine. */
  compute: z.strictObject({
    threads: count.max(256).optional(),
    memoryGiB: positive.optional(),
  }).prefault({}),
  data: dataSchema,
  devices: z.array(deviceEntrySchema).min(1),
  training: trainingSettingsSchema.prefault({}),
  search: studySearchSchema.prefault({}),
  export: z.strictObject({
    /** ONNX files written for each device, spread over its front. */
    perDevice: z.int().min(0).default(3),
  }).prefault({}),
});

export type StudySettings = z.output<typeof studySchema> & { readonly name: string };
export type DeviceChoice = z.output<typeof deviceEntrySchema>;

export interface StudyFile {
  /** Everything that was left out has its default. */
  readonly settings: StudySettings;
  /** The file exactly as it was written. */
  readonly text: string;
  readonly path: string;
  /** Absolute; paths in the settings are relative to it. */
  readonly baseDir: string;
}

/** @throws InputError `missing-file`, `not-a-text-file`, and those of `parseStudyFile`. */
export async function readStudyFile(path: string): Promise<StudyFile> {
  const text = await readText(path);
  return { settings: parseStudyFile(text, path), text, path, baseDir: dirname(resolve(path)) };
}

/**
 * @param path name of the file, for messages; without a `name` setting the study is called like it.
 * @throws InputError `invalid-yaml`, `invalid-study-file`, `study-version` or `unknown-space`: one line with the file,
 * the line, the setting, what is accepted and what was there.
 */
export function parseStudyFile(text: string, path: string): StudySettings {
  const yaml = parseYaml(text, path);
  const value = withoutEmptySettings(yaml.value);
  requireKnownVersion(value, path);
  const parsed = studySchema.safeParse(value);
  if (!parsed.success) {
    const problems = problemsOf(studySchema, parsed.error.issues, value).map((problem) => {
      const place = problem.path.length === 0 ? '' : `${pathText(problem.path)}: `;
      return `${path}:${yaml.lineOf(problem.path)}: ${place}${problem.text}`;
    });
    throw new InputError('invalid-study-file', problems[0], { details: { problems } });
  }
  try {
    getSpace(parsed.data.space);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, `${path}:${yaml.lineOf(['space'])}: space: ${error.message}`, { cause: error });
  }
  return { ...parsed.data, name: parsed.data.name ?? basename(path, extname(path)) };
}

/** A setting with nothing behind it ("training:" above lines that are commented out) counts as left out. */
function withoutEmptySettings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptySettings);
  if (typeof value !== 'object' || value === null) return value;
  const settings = Object.entries(value).filter(([, setting]) => setting !== null);
  return Object.fromEntries(settings.map(([key, setting]) => [key, withoutEmptySettings(setting)]));
}

function requireKnownVersion(value: unknown, path: string): void {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > studyFileVersion) throw newerVersion(path, version, studyFileVersion);
}

/** The error for a file of a format that came after this Pocketformer. */
export function newerVersion(path: string, version: number, readable: number): InputError {
  return new InputError(
    'study-version',
    `${path}: was written for a newer Pocketformer (version ${version}); this one reads up to ${readable}.`,
    { details: { version, readable } },
  );
}
