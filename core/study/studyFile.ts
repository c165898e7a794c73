import { basename, dirname, extname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { dataSchema } from '../data/config.ts';
import { precisions } from '../graph/onnx/precision.ts';
import { proxyIdOf, proxyIds } from '../scoring/catalogue.ts';
import { scoringSettingsSchema } from '../scoring/settings.ts';
import { searchSettingsSchema } from '../search/settings.ts';
import type { SearchSettings } from '../search/settings.ts';
import { getSpace } from '../spaces/index.ts';
import { trainingSettingsSchema } from '../training/settings.ts';
import { readText } from './textFile.ts';
import { pathText, problemsOf } from './validationText.ts';
import type { Problem } from './validationText.ts';
import { parseYaml } from './yamlFile.ts';
import { defaultChunkMinutes } from './queue/chunks/limit.ts';
import { addressExpected, isPublicAddress } from './queue/redis/address.ts';

/** The newest version of the study file that this Pocketformer reads. */
export const studyFileVersion = 1;

const count = z.int().min(1);
const positive = z.number().positive();

const deviceSchema = z.strictObject({
  name: z.string().min(1).optional().describe('a device model that ships with Pocketformer'),
  file: z.string().min(1).optional().describe('the file of a device model of your own, relative to the study file'),
  maxMs: positive.optional().describe('longest latency of any use, in ms; slower architectures are not searched'),
  budgetsMs: z.array(positive).min(1).optional()
    .describe('latencies in ms, for each of which the best architecture is wanted; for the selection "budget"'),
}).refine((device) => (device.name === undefined) !== (device.file === undefined), {
  error: 'a device has either a name or a file',
});

/** `- pixel4` is short for `- name: pixel4`. */
const deviceEntrySchema = z.union([z.string().min(1).transform((name) => ({ name })), deviceSchema]);

const studySearchSchema = searchSettingsSchema.omit({ budgetsMs: true }).extend({
  calibrationBatches: count.default(8)
    .describe("batches of training images that set a subnet's batch norms before it is evaluated"),
  evaluationImages: count.default(1000).describe('validation images per evaluation; all of them when there are fewer'),
  warmStart: z.array(z.string().min(1)).default([])
    .describe('folders of earlier studies of the same space, relative to the study file, whose best architectures are '
      + 'evaluated first; up to half of the initial population'),
  firstPopulation: z.strictObject({
    proxy: z.enum(proxyIds).describe('training-free score whose best architectures are among the first'),
    candidates: count.max(1_000_000).default(1000).describe('uniformly drawn architectures that are scored for that'),
  }).optional().describe('a training-free score that chooses architectures to begin with, up to half of the places left in the initial population'),
});

/** What every file of a study or a training says first. */
export const studyHead = {
  version: z.literal(studyFileVersion).describe('version of the study file format'),
  name: z.string().refine((name) => /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,98}[\p{L}\p{N}_-])?$/u.test(name), {
    error: 'expected up to 100 letters, digits, spaces, dots, hyphens and underscores, beginning with a letter or digit',
  }).optional().describe('what it is called; by default like its file'),
  seed: z.int().min(0).default(1).describe('seed of all random choices; the same seed gives the same result'),
  space: z.string().min(1).describe('search space: which architectures are looked at'),
  engine: z.enum(['auto', 'ort', 'tensorflow', 'webgpu', 'js']).default('auto')
    .describe('what computes; auto takes the fastest that works here'),
  compute: z.strictObject({
    threads: count.max(256).optional().describe('processor threads; by default as many as the machine offers'),
    memoryGiB: positive.optional().describe('most memory that the engine may take, in GiB'),
    queue: z.string().refine(isPublicAddress, { error: `expected ${addressExpected}; an address with a password belongs there` }).optional()
      .describe('Redis whose workers score and evaluate in place of this machine, redis://HOST:PORT or environment'),
    chunkMinutes: positive.optional().describe(`time after which a chunk is taken from a worker of the queue and given to another one, by default ${defaultChunkMinutes}`),
  }).prefault({}).describe('what the engine may take of the machine'),
};
const data = dataSchema.describe('images to train on and to validate with');
const devices = { devices: z.array(deviceEntrySchema).min(1).describe('phones to search for, all at once') };
const training = trainingSettingsSchema.describe('how the supernet learns');
const scoring = scoringSettingsSchema
  .describe('in place of training: the score without training that the fronts are searched by');
const tail = {
  search: studySearchSchema.prefault({}).describe('how the fronts are searched'),
  export: z.strictObject({
    perDevice: z.int().min(0).default(3).describe('architectures written for each device as ONNX files, spread over its front'),
    precision: z.array(z.enum(precisions)).min(1).refine((list) => new Set(list).size === list.length, 'expected each precision once').default(['float32'])
      .describe('float32, float16, int8: one file for each, int8 with ranges from training images; accuracies of all are compared'),
  }).prefault({}).describe('what is written at the end'),
};
const absent = z.never().optional();

/** A study that trains a supernet and searches by inherited accuracy. */
const trainedSchema = z.strictObject({ ...studyHead, data, ...devices, training: training.prefault({}), ...tail, scoring: absent });
/** A study that trains nothing and searches by a score. */
const trainingFreeSchema = z.strictObject({ ...studyHead, data: data.optional(), ...devices, scoring, ...tail, training: absent });
/** Everything that a study file can say, for forms and editors; `judgeStudy` knows what goes together. */
export const studySchema = z.strictObject({
  ...studyHead, data: data.optional(), ...devices, training: training.prefault({}).optional(), scoring: scoring.optional(), ...tail,
});

export type TrainedStudySettings = z.output<typeof trainedSchema> & { readonly name: string };
export type TrainingFreeStudySettings = z.output<typeof trainingFreeSchema> & { readonly name: string };
/** Told apart by `scoring`. */
export type StudySettings = TrainedStudySettings | TrainingFreeStudySettings;
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
  const judged = judgeStudy(yaml.value, path);
  if ('settings' in judged) return judged.settings;
  const lines = judged.problems.map((problem) => {
    const place = problem.path.length === 0 ? '' : `${pathText(problem.path)}: `;
    return `${path}:${yaml.lineOf(problem.path)}: ${place}${problem.text}`;
  });
  if (judged.code === 'invalid-study-file') throw new InputError(judged.code, lines[0], { details: { problems: lines } });
  throw new InputError(judged.code, lines[0], { cause: judged.cause });
}

/** A study file's settings, or everything that is wrong with it. */
export type StudyJudgement =
  | { readonly settings: StudySettings }
  | { readonly code: string; readonly problems: readonly Pick<Problem, 'path' | 'text'>[]; readonly cause?: unknown };

/**
 * Judges what a study file says, as plain data.
 * @param path as in `parseStudyFile`.
 * @throws InputError `study-version`
 */
export function judgeStudy(written: unknown, path: string): StudyJudgement {
  const value = withoutEmptySettings(written);
  requireKnownVersion(value, path);
  const scores = hasSection(value, 'scoring');
  if (scores && hasSection(value, 'training')) {
    const text = 'a study that scores trains nothing; take out either training or scoring';
    return { code: 'invalid-study-file', problems: [{ path: ['training'], text }] };
  }
  const schema = scores ? trainingFreeSchema : trainedSchema;
  const parsed = schema.safeParse(value);
  const unknownSpace = spaceObstacle(value);
  const spaceProblems = unknownSpace ? [{ path: ['space'], text: unknownSpace.message }] : [];
  if (!parsed.success) {
    return { code: 'invalid-study-file', problems: [...problemsOf(schema, parsed.error.issues, value), ...spaceProblems] };
  }
  const together = [...missingImages(parsed.data), ...unusableScore(parsed.data), ...beginnings(parsed.data)];
  if (together.length > 0) return { code: 'invalid-study-file', problems: [...together, ...spaceProblems] };
  if (unknownSpace) return { code: unknownSpace.code, problems: spaceProblems, cause: unknownSpace };
  return { settings: { ...parsed.data, name: parsed.data.name ?? basename(path, extname(path)) } };
}

type Judged = Pick<Problem, 'path' | 'text'>;

const hasSection = (value: unknown, name: string) => typeof value === 'object' && value !== null && name in value;

/** Scores that look at images have to be given some. */
function missingImages({ scoring: settings, data: images }: Pick<StudySettings, 'scoring' | 'data'>): Judged[] {
  if (settings?.inputs !== 'images' || images !== undefined) return [];
  return [{ path: ['scoring', 'inputs'], text: 'inputs are images, but the study has no data' }];
}

/** core/training knows no scores, so their names are looked at here. */
function unusableScore({ training: settings }: Pick<StudySettings, 'training'>): Judged[] {
  if (settings === undefined) return [];
  const { performance: { preference, score } } = settings;
  const path = ['training', 'performance', 'score'];
  if (score === undefined) return preference === 'width-over-depth' ? [] : [{ path, text: `missing; the preference "${preference}" needs the name of a score` }];
  try {
    proxyIdOf(score);
    return [];
  } catch (error) {
    if (error instanceof InputError) return [{ path, text: error.message }];
    throw error;
  }
}

/** A random search is what it draws, and nothing else. */
function beginnings({ search: { algorithm, warmStart, firstPopulation } }: Pick<StudySettings, 'search'>): Judged[] {
  if (algorithm !== 'random' || (warmStart.length === 0 && firstPopulation === undefined)) return [];
  const name = warmStart.length > 0 ? 'warmStart' : 'firstPopulation';
  return [{ path: ['search', name], text: 'the algorithm "random" evaluates what it draws alone; others begin with given architectures' }];
}

/** Why there is no such space; a name that is missing or no text is the schema's to complain about. */
export function spaceObstacle(value: unknown): InputError | undefined {
  const space = typeof value === 'object' && value !== null && 'space' in value ? value.space : undefined;
  if (typeof space !== 'string' || space === '') return undefined;
  try {
    getSpace(space);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** The search's settings of a study, as core/search wants them. @param deviceNames in the order of the study's devices. */
export function searchSettingsOf(settings: StudySettings, deviceNames: readonly string[]): SearchSettings {
  const { calibrationBatches, evaluationImages, warmStart, firstPopulation, ...search } = settings.search;
  const budgets = settings.devices.map((device, i) => [deviceNames[i], 'budgetsMs' in device ? device.budgetsMs : undefined] as const);
  return { ...search, budgetsMs: Object.fromEntries(budgets.flatMap(([name, budgetsMs]) => (budgetsMs ? [[name, budgetsMs]] : []))) };
}

/** A setting with nothing behind it ("training:" above lines that are commented out) counts as left out. */
export function withoutEmptySettings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptySettings);
  if (typeof value !== 'object' || value === null) return value;
  const settings = Object.entries(value).filter(([, setting]) => setting !== null);
  return Object.fromEntries(settings.map(([key, setting]) => [key, withoutEmptySettings(setting)]));
}

export function requireKnownVersion(value: unknown, path: string): void {
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
