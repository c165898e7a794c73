import { LineCounter, parseDocument } from 'yaml';
import { InputError } from '../../base/errors.ts';
import type { Judgement } from '../networkTraining/recipeFile.ts';
import { parseYaml } from '../yamlFile.ts';

export interface SettingProblem {
  /** The setting it is about; empty for the text as a whole. */
  readonly path: (string | number)[];
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What is found out about settings that are acceptable one by one. */
export interface Finding {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

export interface TextCheck<S> {
  /** With all defaults; there as soon as every setting by itself is acceptable. */
  readonly settings?: S;
  /** What keeps it from being run. */
  readonly problems: readonly SettingProblem[];
  /** What is worth knowing before it is run. */
  readonly hints: readonly SettingProblem[];
}

/** How one sort of file is checked. */
export interface TextChecks<S> {
  /** In messages about the whole text. */
  readonly name: string;
  judge(written: unknown): Judgement<S>;
  /** What is wrong with settings together, and with what they name. */
  findings(settings: S): Promise<{ readonly problems: readonly Finding[]; readonly hints: readonly Finding[] }>;
}

/** Everything that is wrong with a YAML text being written, each with its line. Never throws for what a person can write. */
export async function checkText<S>(text: string, { name, judge, findings }: TextChecks<S>): Promise<TextCheck<S>> {
  const broken = yamlProblems(text);
  if (broken.length > 0) return { problems: broken, hints: [] };
  let yaml;
  let judged;
  try {
    yaml = parseYaml(text, name);
    judged = judge(yaml.value);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const told = error.message.startsWith(name) ? error.message.slice(name.length).replace(/^(:\d+)?: /, '') : error.message;
    return { problems: [{ path: [], line: 1, text: told }], hints: [] };
  }
  const { lineOf } = yaml;
  const withLine = ({ path, text: words }: Finding): SettingProblem => ({ path: [...path], line: lineOf(path), text: words });
  if (!('settings' in judged)) return { problems: judged.problems.map(withLine), hints: [] };
  const { problems, hints } = await findings(judged.settings);
  return { settings: judged.settings, problems: problems.map(withLine), hints: hints.map(withLine) };
}

function yamlProblems(text: string): SettingProblem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return [...document.errors, ...document.warnings].map(({ message, pos }) => (
    { path: [], line: lines.linePos(pos[0]).line, text: `not valid YAML: ${message.split('\n')[0].trim()}` }));
}

/** What an attempt gives, or what it says against a setting. The setting's own name at the beginning of a message is left out: it stands beside the setting. */
export async function attempted<T>(path: Finding['path'], attempt: () => T | Promise<T>): Promise<{ readonly value?: T; readonly problems: readonly Finding[] }> {
  try {
    return { value: await attempt(), problems: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { problems: [{ path, text: error.message.replace(/^[a-z]+(\.[a-zA-Z]+)+: /, '') }] };
  }
}
