import { quoteWord } from '../../format/shell.ts';

export { shellQuote } from '../../format/shell.ts';

/** What goes on with a study in a terminal on the machine where the core runs. @param platform as Node names it */
export function resumeCommand(directory: string, platform: string): string {
  return `pocketformer resume ${quoteWord(directory, platform)}`;
}
