import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { deviceOf } from '../library/studyDevices.ts';
import { parseTrainingFile, type TrainingFile } from '../networkTraining/trainingFile.ts';
import { parseStudyFile, type StudyFile } from '../studyFile.ts';
import type { StoryFile } from './storyFile.ts';

/** A phone of the story with its device model. */
export interface StoryPhone {
  /** What folders and tables call it: its device model's name. */
  readonly name: string;
  readonly device: DeviceModel;
  readonly budgetMs: number;
}

/** @throws InputError as `deviceOf` */
export function phonesOf({ settings, baseDir }: StoryFile): StoryPhone[] {
  return settings.phones.map(({ device: written, budgetMs }) => {
    const device = deviceOf(deviceChoice(written, baseDir), baseDir);
    return { name: device.name, device, budgetMs };
  });
}

const deviceChoice = (written: string, baseDir: string) => existsSync(resolve(baseDir, written)) ? { file: written } : { name: written };

/** The study of one seed: the story's space and images, its supernet and search, its phones with their budgets. */
export function studyFileOf(story: StoryFile, seed: number): StudyFile {
  const { settings, written, baseDir } = story;
  return parsed(story, {
    ...headOf(story, `${settings.name}-seed-${seed}`, seed), space: settings.space, data: written.data,
    devices: settings.phones.map(({ device, budgetMs }) => ({ ...deviceChoice(device, baseDir), maxMs: budgetMs })),
    training: written.supernet, search: written.search,
    // Winners are exported with what they inherited; the study's own choice is another.
    export: { perDevice: 0 },
  }, parseStudyFile);
}

export interface TrainingOfStory {
  readonly seed: number;
  /** What the training is called. */
  readonly name: string;
  readonly space: string;
  readonly arch: unknown;
  /** Of the images as the network gets them; by default the architecture's. */
  readonly resolution?: number;
  /** Folder of the study whose supernet it inherits from. */
  readonly study?: string;
  /** Instead of the recipe's. */
  readonly epochs?: number;
}

/** The training of one network by the story's recipe. */
export function trainingFileOf(story: StoryFile, { seed, name, space, arch, resolution, study, epochs }: TrainingOfStory): TrainingFile {
  const { settings, written, baseDir } = story;
  const { preset, training } = written.retraining ?? {};
  const value = {
    ...headOf(story, name, seed), space, arch, ...(resolution && { resolution }), preset, data: written.data,
    ...(study !== undefined && { start: { study: relative(baseDir, resolve(study)).split(sep).join('/') } }),
    training: { ...training, ...(epochs !== undefined && { epochs }) }, devices: settings.phones.map(({ device }) => device),
    // The best of several evaluations would have been chosen by the images that judge it.
    export: { weights: 'last', otherPrecisions: settings.precisions, wrongImages: 0 },
  };
  return parsed(story, value, parseTrainingFile);
}

function headOf({ settings: { version }, written: { engine, compute } }: StoryFile, name: string, seed: number) {
  return { version, name, seed, engine, compute };
}

function parsed<S>({ path, baseDir }: StoryFile, value: object, parse: (text: string, path: string) => S) {
  const text = stringify(value, { keepUndefined: false, lineWidth: 0 });
  return { settings: parse(text, path), text, path, baseDir };
}
