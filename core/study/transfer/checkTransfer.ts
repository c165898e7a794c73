import { resolve } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { getSpace } from '../../spaces/index.ts';
import { frozenBlocks } from '../../training/recipe/freeze.ts';
import { tokenPlan } from '../../training/recipe/retokenization.ts';
import { hasCheckpoint } from '../checkpoints.ts';
import { describeStudy } from '../folder.ts';
import { attempted, checkText, type Finding, type TextCheck } from '../library/checkText.ts';
import { studyClasses } from '../library/studyClasses.ts';
import { durationHints, recipeProblems } from '../networkTraining/checkTraining.ts';
import { judgeTransfer, type TransferSettings } from './transferFile.ts';
import { planTransfer } from './transferPlan.ts';

export type TransferCheck = TextCheck<TransferSettings>;

/**
 * Everything that is wrong with a transfer file being written, as far as it can be told without reading images or weights. Never throws for
 * what a person can write.
 * @param baseDir that relative paths start from @param name of the transfer when the text gives none
 */
export function checkTransferText(text: string, baseDir: string, name = 'transfer'): Promise<TransferCheck> {
  return checkText(text, {
    name: 'transfer',
    judge: (written) => judgeTransfer(written, name),
    findings: async (settings) => ({
      problems: [...await recipeProblems(settings, baseDir), ...await networkProblems(settings, baseDir)], hints: durationHints(settings),
    }),
  });
}

/** A study without winners or weights, and what does not go together with its winners. */
async function networkProblems(settings: TransferSettings, baseDir: string): Promise<readonly Finding[]> {
  const { training, resolution, data } = settings;
  const { value: plan, problems } = await attempted(['study'], async () => {
    const planned = await planTransfer({ settings, text: '', baseDir });
    const { paths, directory } = await describeStudy(resolve(baseDir, settings.study));
    if (await hasCheckpoint(paths.checkpoints, 'training')) return planned;
    throw new InputError('untrained-study', `${directory}: has no trained weights any more; run the study again.`);
  });
  if (plan === undefined) return problems;
  const space = getSpace(plan.space);
  const classes = await studyClasses({ data }, baseDir) ?? space.defaultClasses;
  const [{ arch: written }] = plan.networks;
  const arch = space.parse(written);
  const lowered = await attempted(['resolution'], () => space.lower(arch, { classes, resolution }));
  if (lowered.value === undefined) return lowered.problems;
  const network = lowered.value;
  const { problems: tokens } = await attempted(['training', 'retokenization', 'phases'], () => tokenPlan(training, { space, arch, classes, resolution }));
  const { problems: freeze } = await attempted(['training', 'freeze'], () => frozenBlocks(training, network));
  return [...tokens, ...freeze];
}
