import { basename, dirname, extname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { dataSchema } from '../../data/config.ts';
import { presetNames } from '../../training/recipe/presets.ts';
import { recipeSchema } from '../../training/recipe/settings.ts';
import { trainingSettingsSchema } from '../../training/settings.ts';
import { measuringSchema } from '../measuring/measuringTask.ts';
import { requireKnownVersion, spaceObstacle, studyHead, studySchema, withoutEmptySettings } from '../studyFile.ts';
import { readText } from '../textFile.ts';
import { pathText, problemsOf } from '../validationText.ts';
import { parseYaml } from '../yamlFile.ts';
import { designBudgets, handDesignedNames } from './handDesigned.ts';

const { seed: _, ...head } = studyHead;
const differing = <T>(list: readonly T[]) => new Set(list).size === list.length;

const phoneSchema = z.strictObject({
  device: z.string().min(1).describe('a device model, by name or by path relative to the file'),
  budgetMs: z.number().positive().describe('longest predicted latency of the network wanted for it, in ms'),
});

export const startKinds = ['inherited', 'fresh'] as const;
/** Weights that a winner is retrained from: those of its study's supernet, or new ones. */
export type StartKind = (typeof startKinds)[number];

/** Everything that a story file can say; defaults of its parts are those of studies and trainings. */
export const storySchema = z.strictObject({
  ...head,
  seeds: z.array(z.int().min(0)).min(1).refine(differing, 'expected each seed once').default([1, 2, 3])
    .describe('everything is done once with each'),
  data: dataSchema.describe('images to train on and to validate with'),
  phones: z.array(phoneSchema).min(1).describe('phones to search for, each with its budget'),
  supernet: trainingSettingsSchema.prefault({}).describe('how the supernet learns'),
  search: studySchema.shape.search.describe('how the fronts are searched'),
  retraining: z.strictObject({
    starts: z.array(z.enum(startKinds)).min(1).refine(differing, 'expected each start once').default([...startKinds])
      .describe('weights that winners are trained from: what the supernet learned for them (inherited), new ones (fresh), or both, one after the other'),
    preset: z.enum(presetNames as [string, ...string[]]).optional().describe('a published recipe, which the settings below take precedence over'),
    training: recipeSchema.prefault({}).describe('how the winners learn, and the networks beside them'),
  }).prefault({}).describe('what follows the search'),
  handDesigned: z.strictObject({
    networks: z.array(z.enum(handDesignedNames as [string, ...string[]])).refine(differing, 'expected each network once').default([...handDesignedNames])
      .describe('networks that nobody searched, as large as the latency of the phone\'s winner allows'),
    budgets: z.array(z.enum(designBudgets)).min(1).refine(differing, 'expected each budget once').default(['whole'])
      .describe("epochs that each of them gets: the recipe's, as many as the multiply-accumulates of the winner's retraining and of its share of supernet and search allow (whole), or once these and once those"),
  }).prefault({}).describe('what the winners are compared with'),
  precisions: z.array(z.enum(['float16', 'int8'])).refine(differing, 'expected each precision once').default(['float16', 'int8'])
    .describe('besides float32: what each network is also written in'),
  measuring: measuringSchema.pick({ threads: true, processors: true, settings: true }).prefault({})
    .describe('how the files are measured on this computer'),
});

export type StorySettings = z.output<typeof storySchema> & { readonly name: string };

/** Sections that pieces get as they were written, so that defaults stay those of studies and trainings. */
export interface WrittenStory {
  readonly engine?: unknown;
  readonly compute?: unknown;
  readonly data: unknown;
  readonly supernet?: unknown;
  readonly search?: unknown;
  readonly retraining?: { readonly preset?: string; readonly training?: object };
}

export interface StoryFile {
  /** Everything that was left out has its default. */
  readonly settings: StorySettings;
  readonly written: WrittenStory;
  /** The file exactly as it was written. */
  readonly text: string;
  readonly path: string;
  /** Absolute; paths in the settings are relative to it. */
  readonly baseDir: string;
}

/** @throws InputError `missing-file`, `not-a-text-file`, and those of `parseStoryFile` */
export async function readStoryFile(path: string): Promise<StoryFile> {
  return parseStoryFile(await readText(path), path);
}

/**
 * @param path of the file, for messages and relative paths; without a `name` setting the story is called like it
 * @throws InputError `invalid-yaml`, `invalid-story-file`, `study-version` or `unknown-space`: one line with the file, the line, the setting,
 * what is accepted and what was there
 */
export function parseStoryFile(text: string, path: string): StoryFile {
  const yaml = parseYaml(text, path);
  const value = withoutEmptySettings(yaml.value);
  requireKnownVersion(value, path);
  const parsed = storySchema.safeParse(value);
  if (!parsed.success) {
    const lines = problemsOf(storySchema, parsed.error.issues, value).map((problem) => (
      `${path}:${yaml.lineOf(problem.path)}: ${problem.path.length === 0 ? '' : `${pathText(problem.path)}: `}${problem.text}`));
    throw new InputError('invalid-story-file', lines[0], { details: { problems: lines } });
  }
  const obstacle = spaceObstacle(value);
  if (obstacle) throw new InputError(obstacle.code, `${path}:${yaml.lineOf(['space'])}: space: ${obstacle.message}`, { cause: obstacle });
  return {
    settings: { ...parsed.data, name: parsed.data.name ?? basename(path, extname(path)) }, written: value as WrittenStory, text, path, baseDir: dirname(resolve(path)),
  };
}
