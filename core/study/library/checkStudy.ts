import { InputError } from '../../base/errors.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { predictLatency } from '../../latency/predict.ts';
import { checkProblem } from '../../search/problem.ts';
import { getSpace } from '../../spaces/index.ts';
import { bucketLevels } from '../../training/supernet/sampling/levels.ts';
import { smallestSubnets } from '../../training/supernet/sampling/smallestSubnets.ts';
import { objectiveOf } from '../objectiveOf.ts';
import { judgeStudy, searchSettingsOf } from '../studyFile.ts';
import type { DeviceChoice, StudySettings } from '../studyFile.ts';
import { findEarlierStudy } from '../warmStart.ts';
import { checkText, type Finding, type TextCheck } from './checkText.ts';
import { dataProblems, teacherProblems } from './inputFindings.ts';
import { sizeFindings } from './sizeFindings.ts';
import { studyClasses } from './studyClasses.ts';
import { deviceOf } from './studyDevices.ts';

export type StudyCheck = TextCheck<StudySettings>;

/**
 * Everything that is wrong with a study file being written: its YAML, its settings, device models and data that are not
 * there, settings that do not go together. Never throws for what a person can write.
 * @param baseDir that relative paths start from.
 * @param name of the study when the text gives none.
 */
export function checkStudyText(text: string, baseDir: string, name = 'study'): Promise<StudyCheck> {
  return checkText(text, {
    name: 'study',
    judge: (written) => judgeStudy(written, name),
    async findings(settings) {
      const devices = devicesOf(settings, baseDir);
      const search = devices.problems.length === 0 ? searchProblems(settings, devices.models) : [];
      const budgets = budgetFindings(settings, devices.models);
      return {
        problems: [
          ...await dataProblems(settings, baseDir), ...devices.problems, ...trainingProblems(settings, baseDir), ...search, ...budgets.problems,
          ...await sizeProblems(settings, baseDir), ...await warmStartProblems(settings, baseDir),
        ],
        hints: [...budgets.hints, ...sizeHints(settings)],
      };
    },
  });
}

/** Models in the order of the study's devices; undefined where there is none. */
function devicesOf(settings: StudySettings, baseDir: string): { models: (DeviceModel | undefined)[]; problems: Finding[] } {
  const problems: Finding[] = [];
  const models = settings.devices.map((choice, index) => {
    try {
      return deviceOf(choice, baseDir);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push({ path: ['devices', index], text: error.message });
      return undefined;
    }
  });
  for (const [index, model] of models.entries()) {
    if (model && models.findIndex((other) => other?.name === model.name) !== index) {
      problems.push({ path: ['devices', index], text: `the device "${model.name}" is named twice` });
    }
  }
  return { models, problems };
}

/** What the training would refuse at its beginning, as far as it can be told at once. */
function trainingProblems({ space: id, training }: StudySettings, baseDir: string): Finding[] {
  if (training === undefined) return [];
  const space = getSpace(id);
  const { buckets, sampling: { smallestSubnets: smallest }, distillation: { teachers } } = training;
  return [
    ...(typeof buckets === 'number' ? [] : findingsOf(['training', 'buckets'], () => bucketLevels(space, buckets))),
    ...(typeof smallest === 'number' ? [] : findingsOf(['training', 'sampling', 'smallestSubnets'], () => smallestSubnets(space, smallest, []))),
    ...teacherProblems(teachers, baseDir),
  ];
}

function findingsOf(path: Finding['path'], attempt: () => unknown): Finding[] {
  try {
    attempt();
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ path, text: error.message }];
  }
}

/** Settings of the search that do not go together. */
function searchProblems(settings: StudySettings, models: readonly (DeviceModel | undefined)[]): Finding[] {
  const names = models.map((model) => model?.name ?? '');
  const devices = settings.devices.map((choice, i) => ({ name: names[i], maxMs: maxMsOf(choice) }));
  const space = getSpace(settings.space);
  try {
    checkProblem({ space, devices, classes: space.defaultClasses, objective: objectiveOf(settings), predict: () => [] }, searchSettingsOf(settings, names));
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ path: error.code === 'invalid-settings' ? ['search'] : ['devices'], text: error.message }];
  }
}

async function sizeProblems(settings: StudySettings, baseDir: string): Promise<Finding[]> {
  const space = getSpace(settings.space);
  return sizeFindings(space, await studyClasses(settings, baseDir) ?? space.defaultClasses, settings.search);
}

async function warmStartProblems({ space, search: { warmStart } }: StudySettings, baseDir: string): Promise<Finding[]> {
  const problems: Finding[] = [];
  for (const [index, folder] of warmStart.entries()) {
    try {
      await findEarlierStudy(folder, baseDir, getSpace(space));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push({ path: ['search', 'warmStart', index], text: error.message });
    }
  }
  return problems;
}

const maxMsOf = (choice: DeviceChoice) => ('maxMs' in choice ? choice.maxMs : undefined);

/** Limits that the smallest network does not keep, or that even the largest keeps. */
function budgetFindings(settings: StudySettings, models: readonly (DeviceModel | undefined)[]) {
  const space = getSpace(settings.space);
  const smallest = space.lower(space.smallest);
  const largest = space.lower(space.largest);
  const hints: Finding[] = [];
  let reachable = 0;
  for (const [index, choice] of settings.devices.entries()) {
    const model = models[index];
    const maxMs = maxMsOf(choice);
    if (!model || maxMs === undefined) {
      reachable++;
      continue;
    }
    const fastestMs = predictLatency(model, smallest)[settings.search.constrain];
    const slowestMs = predictLatency(model, largest)[settings.search.constrain];
    const path = ['devices', index, 'maxMs'];
    if (fastestMs > maxMs) {
      hints.push({ path, text: `no architecture is as fast as ${maxMs} ms on ${model.name}: the smallest takes ${ms(fastestMs)}` });
    } else {
      reachable++;
      if (slowestMs <= maxMs) hints.push({ path, text: `every architecture is within ${maxMs} ms on ${model.name}: the largest takes ${ms(slowestMs)}` });
    }
  }
  // Then there is nothing to search at all.
  return reachable === 0 ? { problems: hints, hints: [] } : { problems: [], hints };
}

const ms = (value: number) => `${Number(value.toPrecision(3))} ms`;

function sizeHints({ space, data, training }: StudySettings): Finding[] {
  if (data === undefined) return [];
  const { resolutions } = getSpace(space);
  const [smallest, largest] = [resolutions[0], resolutions[resolutions.length - 1]];
  const hints: Finding[] = [];
  if (data.imageSize * 2 <= smallest) {
    hints.push({ path: ['data', 'imageSize'], text: `images of ${data.imageSize} px are enlarged: the networks of ${space} look at ${smallest} to ${largest} px` });
  }
  if (training && training.warmupSteps > training.steps) {
    hints.push({ path: ['training', 'warmupSteps'], text: 'the warm-up is longer than the training' });
  }
  return hints;
}
