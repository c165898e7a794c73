import type { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { presetNamed, presetNames, withPreset } from '../../training/recipe/presets.ts';
import { requireKnownVersion, withoutEmptySettings } from '../studyFile.ts';
import { pathText, problemsOf, type Problem } from '../validationText.ts';
import { parseYaml } from '../yamlFile.ts';

/** A file's settings, or everything that is wrong with them. */
export type Judgement<T> =
  | { readonly settings: T }
  | { readonly code: string; readonly problems: readonly Pick<Problem, 'path' | 'text'>[]; readonly cause?: unknown };

/**
 * Judges plain data with the parts `data`, `training` and `preset` of a training file.
 * @param path name of the file, for messages
 * @param code of what the schema does not take
 * @throws InputError `study-version`
 */
export function judgeRecipe<Schema extends z.ZodObject>(schema: Schema, written: unknown, path: string, code: string): Judgement<z.output<Schema>> {
  const value = withoutEmptySettings(written);
  requireKnownVersion(value, path);
  const whole = withNamedPreset(value);
  const parsed = schema.safeParse(whole);
  return parsed.success ? { settings: parsed.data } : { code, problems: problemsOf(schema, parsed.error.issues, whole) };
}

/**
 * Reads a YAML text.
 * @param path name of the file, for messages
 * @throws InputError `invalid-yaml`, and what was judged, with the file, the line, the setting, what is accepted and what was there
 */
export function parseJudged<T>(text: string, path: string, judge: (written: unknown) => Judgement<T>): T {
  const yaml = parseYaml(text, path);
  const judged = judge(yaml.value);
  if ('settings' in judged) return judged.settings;
  const lines = judged.problems.map((problem) => (
    `${path}:${yaml.lineOf(problem.path)}: ${problem.path.length === 0 ? '' : `${pathText(problem.path)}: `}${problem.text}`));
  throw new InputError(judged.code, lines[0], judged.cause === undefined ? { details: { problems: lines } } : { cause: judged.cause });
}

/** What a preset says stands where the file is silent; a preset that there is not is the schema's to complain about. */
function withNamedPreset(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('preset' in value)) return value;
  const { preset } = value;
  if (typeof preset !== 'string' || !presetNames.includes(preset)) return value;
  const { data, training } = { data: undefined, training: undefined, ...value };
  return { ...value, ...withPreset(presetNamed(preset), { data, training }) };
}
