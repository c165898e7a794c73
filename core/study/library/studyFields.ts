import { z } from 'zod';
import { listDevices } from '../../latency/devices.ts';
import { spaceIds } from '../../spaces/index.ts';
import { studySchema } from '../studyFile.ts';

/** One setting of a study file, as a form shows it. */
export interface StudyField {
  readonly path: readonly string[];
  readonly title: string;
  /** One phrase, with units; '' when the title says all. */
  readonly help: string;
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'group';
  /** What is taken where nothing is written. */
  readonly default?: unknown;
  readonly choices?: readonly string[];
  /** Ends of what is accepted; the end itself is excluded when `isOpen...`. */
  readonly min?: number;
  readonly max?: number;
  readonly isOpenBelow?: boolean;
  readonly isRequired: boolean;
  /** The field is there only while another setting has this value. */
  readonly when?: { readonly path: readonly string[]; readonly value: string };
}

/** The parts of a JSON schema that are read here. */
interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Names that do not read well by themselves. */
const titles: Readonly<Record<string, string>> = {
  space: 'Search space', memoryGiB: 'Memory (GiB)', maxMs: 'Limit (ms)', budgetsMs: 'Budgets (ms)', budgetWidthMs: 'Budget width (ms)',
  valImages: 'Validation images', trainImages: 'Training images', valFraction: 'Validation share', imageSize: 'Image size (px)',
  perDevice: 'Models per device', minLearningRate: 'Final learning rate', clipNorm: 'Gradient norm limit', kind: 'Kind of images',
  path: 'Image folder', flip: 'Mirror', randAugment: 'RandAugment', warmupSteps: 'Warm-up steps', healthEverySteps: 'Steps between trials',
  constrain: 'Budgets limit', checkpointEverySteps: 'Steps between checkpoints',
};

/** The study file's format as a JSON schema, for editors that complete and check YAML. */
export function studyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(studySchema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}

/** All settings of a study file, in the file's order; a group comes before its settings. */
export function schemaOfStudy(): StudyField[] {
  const fields = fieldsOf(studyJsonSchema() as JsonSchema, [], undefined);
  return fields.map((field) => {
    switch (field.path.join('.')) {
      case 'space': return { ...field, kind: 'choice', choices: spaceIds };
      case 'devices': return { ...field, choices: listDevices().map(({ name }) => name) };
      default: return field;
    }
  });
}

function fieldsOf(schema: JsonSchema, path: readonly string[], when: StudyField['when']): StudyField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, setting]) => {
    const own = [...path, name];
    const isRequired = schema.required?.includes(name) ?? false;
    const options = setting.oneOf ?? setting.anyOf;
    const alternatives = options?.every(({ properties }) => properties?.kind?.const !== undefined) ? options : undefined;
    if (alternatives) return [fieldOf(setting, own, isRequired, when, 'group'), ...fieldsOfKinds(alternatives, own)];
    return [fieldOf(setting, own, isRequired, when), ...fieldsOf(setting, own, when)];
  });
}

/** One choice of the kind, and then the settings of each. */
function fieldsOfKinds(alternatives: readonly JsonSchema[], path: readonly string[]): StudyField[] {
  const kindPath = [...path, 'kind'];
  const kinds = alternatives.map(({ properties }) => String(properties?.kind?.const));
  const help = alternatives.map(({ properties }, i) => `${kinds[i]}: ${properties?.kind?.description ?? ''}`).join('; ');
  const kind: StudyField = { path: kindPath, title: titleOf('kind'), help, kind: 'choice', choices: kinds, isRequired: true };
  return [kind, ...alternatives.flatMap((alternative, i) => fieldsOf(alternative, path, { path: kindPath, value: kinds[i] })
    .filter(({ path: [, name] }) => name !== 'kind'))];
}

function fieldOf(
  schema: JsonSchema, path: readonly string[], isRequired: boolean, when: StudyField['when'], kind = kindOf(schema),
): StudyField {
  const { description = '', enum: values, minimum, exclusiveMinimum, maximum } = schema;
  const hasDefault = schema.default !== undefined && kind !== 'group';
  const min = exclusiveMinimum ?? (isLimit(minimum) ? minimum : undefined);
  return {
    path, title: titleOf(path[path.length - 1]), help: description, kind, isRequired,
    ...(hasDefault ? { default: schema.default } : {}),
    ...(values ? { choices: values.map(String) } : {}),
    ...(min !== undefined ? { min } : {}),
    ...(exclusiveMinimum !== undefined ? { isOpenBelow: true } : {}),
    ...(isLimit(maximum) ? { max: maximum } : {}),
    ...(when ? { when } : {}),
  };
}

function kindOf({ type, enum: values }: JsonSchema): StudyField['kind'] {
  if (values) return 'choice';
  switch (type) {
    case 'number': case 'integer': case 'boolean': return type;
    case 'array': return 'list';
    case 'object': return 'group';
    default: return 'text';
  }
}

/** Whole numbers are limited by what a number holds, which is no limit for people. */
const isLimit = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;

/** "batchSize" as "Batch size". */
function titleOf(name: string): string {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return titles[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
