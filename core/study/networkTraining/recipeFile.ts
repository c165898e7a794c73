import type { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { presetNamed, presetNames, withPreset } from '../../training/recipe/presets.ts';
import { requireKnownVersion, withoutEmptySettings } from '../studyFile.ts';
import { pathText, problemsOf, type Path } from '../validationText.ts';
import { parseYaml } from '../yamlFile.ts';

/** A text by a schema, whose settings know their line. */
export interface RecipeFile<T> {
  readonly settings: T;
  lineOf(path: Path): number;
}

/**
 * Reads a YAML text with the parts `data`, `training` and `preset` of a training file.
 * @param path name of the file, for messages
 * @param code of the error that says what the schema does not take
 * @throws InputError `invalid-yaml`, `study-version`, and one of the code, with the file, the line, the setting, what is accepted and what was there
 */
export function parseRecipeFile<Schema extends z.ZodObject>(schema: Schema, text: string, path: string, code: string): RecipeFile<z.output<Schema>> {
  const yaml = parseYaml(text, path);
  const value = withoutEmptySettings(yaml.value);
  requireKnownVersion(value, path);
  const written = withNamedPreset(value);
  const parsed = schema.safeParse(written);
  if (parsed.success) return { settings: parsed.data, lineOf: (setting) => yaml.lineOf(setting) };
  const lines = problemsOf(schema, parsed.error.issues, written).map((problem) => (
    `${path}:${yaml.lineOf(problem.path)}: ${problem.path.length === 0 ? '' : `${pathText(problem.path)}: `}${problem.text}`));
  throw new InputError(code, lines[0], { details: { problems: lines } });
}

/** What a preset says stands where the file is silent; a preset that there is not is the schema's to complain about. */
function withNamedPreset(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('preset' in value)) return value;
  const { preset } = value;
  if (typeof preset !== 'string' || !presetNames.includes(preset)) return value;
  const { data, training } = { data: undefined, training: undefined, ...value };
  return { ...value, ...withPreset(presetNamed(preset), { data, training }) };
}
