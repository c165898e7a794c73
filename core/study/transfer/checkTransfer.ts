import { checkText, type TextCheck } from '../library/checkText.ts';
import { durationHints, recipeProblems } from '../networkTraining/checkTraining.ts';
import { judgeTransfer, type TransferSettings } from './transferFile.ts';

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
    findings: async (settings) => ({ problems: await recipeProblems(settings, baseDir), hints: durationHints(settings) }),
  });
}
