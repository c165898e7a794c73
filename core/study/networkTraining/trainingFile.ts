import { basename, dirname, extname, resolve } from 'node:path';
import { z } from 'zod';
import { dataSchema } from '../../data/config.ts';
import { presetNames } from '../../training/recipe/presets.ts';
import { recipeSchema } from '../../training/recipe/settings.ts';
import { spaceObstacle, studyHead } from '../studyFile.ts';
import { readText } from '../textFile.ts';
import { judgeRecipe, parseJudged, type Judgement } from './recipeFile.ts';

/** Also of transfer files. */
export const headSchema = z.enum(['auto', 'new']).default('auto')
  .describe('the classifier of given weights: new where the images have other classes, or new in any case');

const startSchema = z.strictObject({
  study: z.string().min(1).optional().describe('folder of a study, relative to the file, whose supernet has learned weights for the architecture'),
  weights: z.string().min(1).optional().describe('a safetensors file of the same architecture, relative to the file, such as a training leaves'),
  head: headSchema,
}).refine(({ study, weights }) => study === undefined || weights === undefined, { error: 'the network starts either from a study or from a file of weights' });

/** Everything that a training file can say. */
export const trainingSchema = z.strictObject({
  ...studyHead,
  arch: z.union([z.string().min(1), z.record(z.string(), z.unknown())])
    .describe("the network: a name of the space, its JSON, a file of either relative to this one or, with a start from a study, an id on one of its fronts"),
  resolution: z.int().min(8).max(1024).optional().describe("side of the images as the network gets them, in pixels; by default the architecture's"),
  preset: z.enum(presetNames as [string, ...string[]]).optional().describe('a published recipe, which everything that the file says itself takes precedence over'),
  start: startSchema.prefault({}).describe('weights to begin with; fresh ones by default'),
  data: dataSchema.describe('images to train on and to validate with'),
  training: recipeSchema.prefault({}).describe('how the network learns'),
  devices: z.array(z.string().min(1)).default([])
    .describe('device models, by name or by path relative to the file, whose predicted latencies are told beside the accuracy'),
  export: z.strictObject({
    weights: z.enum(['best', 'last']).default('best').describe('which weights are judged in the end and exported: those of the best evaluation, or the last'),
    otherPrecisions: z.array(z.enum(['float16', 'int8'])).refine((list) => new Set(list).size === list.length, 'expected each precision once').default([])
      .describe('besides float32: float16, int8 with ranges from training images; what each costs is measured on all validation images'),
    wrongImages: z.int().min(0).max(100_000).default(100).describe('wrongly classified images that are listed, the surest first'),
  }).prefault({}).describe('what is written at the end'),
});

export type TrainingSettings = z.output<typeof trainingSchema> & { readonly name: string };

export interface TrainingFile {
  /** Everything that was left out has its default. */
  readonly settings: TrainingSettings;
  /** The file exactly as it was written. */
  readonly text: string;
  readonly path: string;
  /** Absolute; paths in the settings are relative to it. */
  readonly baseDir: string;
}

/** @throws InputError `missing-file`, `not-a-text-file`, and those of `parseTrainingFile` */
export async function readTrainingFile(path: string): Promise<TrainingFile> {
  const text = await readText(path);
  return { settings: parseTrainingFile(text, path), text, path, baseDir: dirname(resolve(path)) };
}

/**
 * @param path name of the file, for messages; without a `name` setting the training is called like it
 * @throws InputError `invalid-yaml`, `invalid-training-file`, `study-version` or `unknown-space`: one line with the file, the line, the
 * setting, what is accepted and what was there
 */
export function parseTrainingFile(text: string, path: string): TrainingSettings {
  return parseJudged(text, path, (written) => judgeTraining(written, path));
}

/**
 * Judges what a training file says, as plain data.
 * @param path as in `parseTrainingFile`
 * @throws InputError `study-version`
 */
export function judgeTraining(written: unknown, path: string): Judgement<TrainingSettings> {
  const judged = judgeRecipe(trainingSchema, written, path, 'invalid-training-file');
  const obstacle = spaceObstacle('settings' in judged ? judged.settings : written);
  const space = obstacle ? [{ path: ['space'], text: obstacle.message }] : [];
  if (!('settings' in judged)) return { ...judged, problems: [...judged.problems, ...space] };
  const { start, training: { freeze } } = judged.settings;
  if (freeze !== 'nothing' && start.study === undefined && start.weights === undefined) {
    const text = 'fresh weights that stay as they are learn nothing; give weights to begin with under start, or leave freeze out.';
    return { code: 'invalid-training-file', problems: [{ path: ['training', 'freeze'], text }, ...space] };
  }
  if (obstacle) return { code: obstacle.code, problems: space, cause: obstacle };
  return { settings: { ...judged.settings, name: judged.settings.name ?? basename(path, extname(path)) } };
}
