import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { getSpace } from '../../spaces/index.ts';
import { frozenBlocks } from '../../training/recipe/freeze.ts';
import { tokenPlan } from '../../training/recipe/retokenization.ts';
import { hasCheckpoint } from '../checkpoints.ts';
import { attempted, checkText, type Finding, type TextCheck } from '../library/checkText.ts';
import { dataProblems, teacherProblems } from '../library/inputFindings.ts';
import { studyClasses } from '../library/studyClasses.ts';
import { requireTraining } from '../requireTraining.ts';
import { architectureOf, startingStudy } from './namedNetwork.ts';
import { trainingDevice } from './trainingDevice.ts';
import { judgeTraining, type TrainingSettings } from './trainingFile.ts';

export type TrainingCheck = TextCheck<TrainingSettings>;

/**
 * Everything that is wrong with a training file being written, as far as it can be told without reading images or weights. Never throws for
 * what a person can write.
 * @param baseDir that relative paths start from @param name of the training when the text gives none
 */
export function checkTrainingText(text: string, baseDir: string, name = 'training'): Promise<TrainingCheck> {
  return checkText(text, {
    name: 'training',
    judge: (written) => judgeTraining(written, name),
    findings: async (settings) => ({
      problems: [...await recipeProblems(settings, baseDir), ...await networkProblems(settings, baseDir)],
      hints: [...sizeHints(settings), ...durationHints(settings)],
    }),
  });
}

/** Images, teachers and devices that are not there; of transfers too. */
export async function recipeProblems({ data, training, devices }: Pick<TrainingSettings, 'data' | 'training' | 'devices'>, baseDir: string): Promise<Finding[]> {
  const missing = await Promise.all(devices.map((device, index) => attempted(['devices', index], () => trainingDevice(device, baseDir))));
  return [...await dataProblems({ data }, baseDir), ...teacherProblems(training.distillation.teachers, baseDir), ...missing.flatMap(({ problems }) => problems)];
}

/** Weights that are not there, a network that is none, and what does not go together with it. */
async function networkProblems(settings: TrainingSettings, baseDir: string): Promise<readonly Finding[]> {
  const { start, training, resolution, data } = settings;
  const space = getSpace(settings.space);
  const beginning = await startProblems(settings, baseDir);
  // What is wrong with a study is said once; ids on its fronts are found in it alone.
  if (beginning.length > 0 && start.study !== undefined && isFrontId(settings.arch)) return beginning;
  const readable = beginning.length > 0 ? { ...settings, start: { head: start.head } } : settings;
  const { value: arch, problems } = await attempted(['arch'], () => architectureOf({ settings: readable, info: { baseDir } }));
  if (arch === undefined) return [...beginning, ...problems];
  const classes = await studyClasses({ data }, baseDir) ?? space.defaultClasses;
  const lowered = await attempted(['resolution'], () => space.lower(arch, { classes, resolution }));
  if (lowered.value === undefined) return [...beginning, ...lowered.problems];
  const network = lowered.value;
  const { problems: tokens } = await attempted(['training', 'retokenization', 'phases'], () => tokenPlan(training, { space, arch, classes, resolution }));
  const { problems: freeze } = await attempted(['training', 'freeze'], () => frozenBlocks(training, network));
  return [...beginning, ...tokens, ...freeze];
}

const isFrontId = (arch: TrainingSettings['arch']) => typeof arch === 'string' && /^[0-9a-f]{8}$/.test(arch);

async function startProblems({ start: { study, weights }, space }: TrainingSettings, baseDir: string): Promise<readonly Finding[]> {
  if (weights !== undefined) {
    const path = resolve(baseDir, weights);
    return existsSync(path) ? [] : [{ path: ['start', 'weights'], text: `there is no file ${path}` }];
  }
  if (study === undefined) return [];
  const { problems } = await attempted(['start', 'study'], async () => {
    const { settings, directory, paths } = await startingStudy(study, baseDir, getSpace(space));
    requireTraining(settings, directory);
    if (await hasCheckpoint(paths.checkpoints, 'training')) return;
    throw new InputError('untrained-study', `${directory}: has no trained weights yet; run the study first.`);
  });
  return problems;
}

function sizeHints({ space, resolution, data: { imageSize } }: TrainingSettings): Finding[] {
  const { resolutions } = getSpace(space);
  const smallest = resolution ?? resolutions[0];
  if (imageSize * 2 > smallest) return [];
  return [{ path: ['data', 'imageSize'], text: `images of ${imageSize} px are enlarged: the network looks at ${smallest} px${resolution === undefined && resolutions.length > 1 ? ' or more' : ''}` }];
}

/** Of transfers too. */
export function durationHints({ data, training: { epochs, warmupEpochs, batchSize } }: Pick<TrainingSettings, 'data' | 'training'>): Finding[] {
  return [
    ...(warmupEpochs > epochs ? [{ path: ['training', 'warmupEpochs'], text: 'the warm-up is longer than the training' }] : []),
    ...(data.kind === 'synthetic' && batchSize > data.trainImages
      ? [{ path: ['training', 'batchSize'], text: `there are only ${data.trainImages} images; an epoch is one step of ${batchSize}, some of them twice` }] : []),
  ];
}
