/** Texts that an editor has held, for undo and redo. */
export interface TextHistory {
  readonly past: readonly string[];
  readonly present: string;
  readonly future: readonly string[];
  /** What the newest change was about; another one about the same replaces it. */
  readonly subject: string | null;
}

const maxSteps = 300;

export const newHistory = (text: string): TextHistory => ({ past: [], present: text, future: [], subject: null });

/**
 * Adds a text. Changes in a row about one subject, such as keys typed into one field, become one step.
 * @param subject null for a change that stands alone
 */
export function record(history: TextHistory, text: string, subject: string | null): TextHistory {
  if (text === history.present) return history;
  const joins = subject !== null && subject === history.subject && history.past.length > 0;
  return { past: joins ? history.past : [...history.past, history.present].slice(-maxSteps), present: text, future: [], subject };
}

/** Ends a step: the next change of the same subject is a step of its own. */
export const endStep = (history: TextHistory): TextHistory => (history.subject === null ? history : { ...history, subject: null });

export function undo(history: TextHistory): TextHistory {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future], subject: null };
}

export function redo(history: TextHistory): TextHistory {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, subject: null };
}

/** The line, from 1, where two texts begin to differ; for showing what undo did. */
export function firstChangedLine(before: string, after: string): number {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let line = 0;
  while (line < b.length && a[line] === b[line]) line++;
  return line < b.length || a.length > b.length ? line + 1 : 1;
}
