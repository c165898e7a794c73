import { formatCount } from '../../format/index.ts';
import type { StudyHistory } from './history.ts';

/** What a study's settings say that decides which charts there are; undefined where they are not known (yet). */
export interface TrainingChoices {
  readonly steps: number | undefined;
  readonly rule: string | undefined;
  readonly remembers: boolean | undefined;
  /** Undefined also where the training decides by itself. */
  readonly conflictEverySteps: number | undefined;
}

/** @param settings of a study, as the core gives them */
export function trainingChoices(settings: unknown): TrainingChoices {
  const training = part(settings, 'training');
  const of = (group: unknown, name: string, type: string) => {
    const value = part(group, name);
    return typeof value === type ? value : undefined;
  };
  return {
    steps: of(training, 'steps', 'number') as number | undefined,
    rule: of(part(training, 'sampling'), 'rule', 'string') as string | undefined,
    remembers: of(part(training, 'performance'), 'enabled', 'boolean') as boolean | undefined,
    conflictEverySteps: of(part(training, 'conflict'), 'everySteps', 'number') as number | undefined,
  };
}

const part = (settings: unknown, name: string): unknown => (
  typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>)[name] : undefined);

export interface Absence {
  readonly title: string;
  readonly message: string;
}

/** Why there is no measurement of gradient conflict to show. */
export function conflictAbsence({ steps, conflictEverySteps }: TrainingChoices, done: number): Absence {
  if (conflictEverySteps === 0) {
    return { title: 'Gradient conflict is not measured', message: 'The study switches it off: training.conflict.everySteps is 0.' };
  }
  if (done < 2) return { title: 'No measurement yet', message: 'The first one comes after the first step.' };
  if (conflictEverySteps !== undefined) return { title: 'No measurement was made', message: 'The history of this study tells of none.' };
  const length = steps === undefined ? '' : ` of ${formatCount(steps)} steps`;
  return {
    title: 'The training is too short to measure gradient conflict',
    message: `Measurements may take 3 % of the work, which a training${length} does not have to spare. With training.conflict.everySteps they are made all the same.`,
  };
}

/** Why there are no buckets to show. */
export function bucketAbsence({ rule }: TrainingChoices): Absence {
  const otherwise = 'With training.sampling.rule: bucket, steps walk from size to size and remember which subnets did well.';
  if (rule === 'sandwich') {
    return { title: 'The sandwich rule has no buckets', message: `Each step trains the largest subnet, two of any size and the smallest. ${otherwise}` };
  }
  return rule === 'single-path'
    ? { title: 'The single-path rule has no buckets', message: `Each step trains one subnet of any size. ${otherwise}` }
    : { title: 'No buckets are known', message: 'The steps of this study do not tell from which sizes their subnets came.' };
}

/** Why there are buckets but no memories. */
export function bankAbsence({ remembers }: TrainingChoices): string {
  return remembers === false
    ? 'Performance-aware sampling is off: training.performance.enabled is false, so no subnet is remembered.'
    : 'No subnet is remembered yet.';
}

/** How often teachers were asked, in words; '' without any. The counts begin anew whenever the run does. */
export function teacherWords({ steps }: Pick<StudyHistory, 'steps'>): string {
  if (!steps.has('teacherAnswersAsked')) return '';
  const [asked, cached] = [steps.last('teacherAnswersAsked'), steps.last('teacherAnswersCached')];
  return `Teachers' answers since the run was last started: ${formatCount(asked)} computed, ${formatCount(cached)} read from disk`;
}
