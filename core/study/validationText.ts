import { z } from 'zod';
import { oneOf } from '../base/errors.ts';

export type Path = readonly (string | number)[];

/** What is wrong in an input, in words for the person who wrote it. */
export interface Problem {
  readonly kind: 'unknown-setting' | 'missing' | 'unacceptable';
  /** The setting it is about; for an unknown setting, that setting itself. */
  readonly path: Path;
  /** Without the path: "expected a whole number of at least 1, got "many"". */
  readonly text: string;
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/**
 * Turns what zod found in `input` into words: what is accepted, and what was there instead. Unknown settings come
 * first: a misspelt name often is the cause of what is missing.
 */
export function problemsOf(schema: Schema, issues: readonly Issue[], input: unknown): Problem[] {
  const all = issues.flatMap((issue) => problemsOfIssue(schema, issue, input, []));
  // Text in the place of a list is of the wrong type and may have the wrong length too.
  const problems = all.filter(({ path, text }, i) => all.findIndex((other) => other.text === text && pathText(other.path) === pathText(path)) === i);
  const isUnknown = ({ kind }: Problem) => kind === 'unknown-setting';
  return [...problems.filter(isUnknown), ...problems.filter((problem) => !isUnknown(problem))];
}

/** "training.steps", "devices[0].maxMs"; '' for the whole input. */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

function problemsOfIssue(root: Schema, issue: Issue, input: unknown, outer: Path): Problem[] {
  const inner = issue.path.filter((part) => typeof part !== 'symbol');
  const path = [...outer, ...inner];
  const value = valueAt(input, inner);
  const schema = schemaAt(root, inner, input);
  if (issue.code === 'unrecognized_keys') {
    const accepted = acceptedKeys(schema && chosenOption(schema, value)).join(', ');
    const text = `unknown setting; accepted here are ${accepted}`;
    return issue.keys.map((key) => ({ kind: 'unknown-setting', path: [...path, key], text }));
  }
  if (issue.code === 'custom') return [{ kind: 'unacceptable', path, text: issue.message }];
  if (issue.code === 'invalid_union' && schema !== undefined) {
    const options = unionOptions(schema);
    // The alternative of the value's own shape tells more than "none of them".
    const closest = options.findIndex((option) => looksLike(option, value));
    if (closest !== -1 && issue.errors.length > closest) {
      return issue.errors[closest].flatMap((each) => problemsOfIssue(options[closest], each, value, path));
    }
  }
  const expected = schema === undefined ? issue.message : `expected ${expectation(schema)}`;
  if (value === undefined) return [{ kind: 'missing', path, text: `missing; ${expected}` }];
  return [{ kind: 'unacceptable', path, text: `${expected}, got ${show(value)}` }];
}

/** The schema that judges the value at a path; alternatives are chosen by the input. */
function schemaAt(root: Schema, path: Path, input: unknown): Schema | undefined {
  let schema: Schema | undefined = root;
  path.forEach((part, depth) => {
    schema = schema && childOf(unwrap(schema), part, valueAt(input, path.slice(0, depth)));
  });
  return schema && unwrap(schema);
}

function childOf(schema: Schema, part: string | number, value: unknown): Schema | undefined {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case 'object': return definition.shape?.[part];
    case 'array': return definition.element;
    case 'tuple': return definition.items?.[Number(part)];
    case 'record': return definition.valueType;
    case 'union': {
      // A wrong tag: what is accepted is that of any alternative.
      if (part === definition.discriminator) return z.union(tagsOf(schema).filter((tag) => tag !== undefined));
      const option = chosenOption(schema, value);
      return option && childOf(option, part, value);
    }
    default: return undefined;
  }
}

/** Of a union, the alternative that the value was meant to be, by its tag or else by its shape; else the schema itself. */
function chosenOption(schema: Schema, value: unknown): Schema | undefined {
  const { type, discriminator } = definitionOf(schema);
  if (type !== 'union') return schema;
  const tags = tagsOf(schema);
  const chosen = discriminator === undefined ? undefined : valueAt(value, [discriminator]);
  const option = unionOptions(schema).find((each, i) => {
    const tag = tags[i];
    return tag === undefined ? looksLike(each, value) : literalsOf(tag).includes(chosen);
  });
  return option && unwrap(option);
}

/** Each alternative's schema for the tag that tells a union's alternatives apart; undefined where there is none. */
function tagsOf(union: Schema): (Schema | undefined)[] {
  const { discriminator } = definitionOf(union);
  return unionOptions(union).map((option) => (discriminator === undefined ? undefined : childOf(unwrap(option), discriminator, undefined)));
}

/** The parts of zod's schema definitions that are read here; each type has some of them. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly valueType?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
  readonly discriminator?: string;
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly values?: readonly unknown[];
  readonly checks?: readonly z.core.$ZodCheck[];
  readonly format?: string;
}

const definitionOf = (schema: Schema): Definition => schema._zod.def as unknown as Definition;

const wrappers = new Set(['optional', 'default', 'prefault', 'nullable', 'nonoptional', 'readonly', 'catch']);

/** Without defaults, transforms and the like: the schema of what a person writes. */
function unwrap(schema: Schema): Schema {
  const definition = definitionOf(schema);
  if (wrappers.has(definition.type) && definition.innerType) return unwrap(definition.innerType);
  if (definition.type === 'pipe' && definition.in) return unwrap(definition.in);
  return schema;
}

const unionOptions = (schema: Schema): readonly Schema[] => definitionOf(unwrap(schema)).options ?? [];

function looksLike(option: Schema, value: unknown): boolean {
  const type = definitionOf(unwrap(option)).type;
  if (Array.isArray(value)) return type === 'array' || type === 'tuple';
  if (typeof value === 'object' && value !== null) return type === 'object' || type === 'record';
  return type === typeof value;
}

function acceptedKeys(schema: Schema | undefined): string[] {
  return schema === undefined ? [] : Object.keys(definitionOf(schema).shape ?? {});
}

function literalsOf(schema: Schema): unknown[] {
  const definition = definitionOf(unwrap(schema));
  return [...(definition.values ?? Object.values(definition.entries ?? {}))];
}

function expectation(schema: Schema): string {
  const plain = unwrap(schema);
  const definition = definitionOf(plain);
  switch (definition.type) {
    case 'number': return numberExpectation(definition);
    case 'string': return 'text';
    case 'boolean': return 'true or false';
    case 'enum':
    case 'literal': return oneOf(literalsOf(plain).map(String));
    case 'array': {
      const least = checkDefinitions(definition).find(({ check }) => check === 'min_length')?.minimum ?? 0;
      return `a list of ${least > 1 ? `at least ${least} of ` : ''}${severalOf(expectation(definition.element ?? z.unknown()))}`;
    }
    case 'tuple': return `a list of ${definition.items?.length} ${severalOf(expectation(definition.items?.[0] ?? z.unknown()))}`;
    case 'object': return `settings (${acceptedKeys(plain).join(', ')})`;
    case 'record': return 'a mapping from names to values';
    case 'union': {
      const { discriminator } = definition;
      if (discriminator === undefined) return oneOf([...new Set(unionOptions(plain).map(expectation))]);
      const accepted = tagsOf(plain).flatMap((tag) => (tag === undefined ? [] : literalsOf(tag).map(String)));
      return `settings with ${discriminator} ${oneOf(accepted)}`;
    }
    default: return definition.type;
  }
}

/** "a number of at least 1" as "numbers of at least 1". */
const severalOf = (one: string) => one.replace(/^a ((?:whole )?number)/, '$1s').replace(/^text$/, 'texts');

/** The parts of zod's checks that are read here. */
interface CheckDefinition {
  readonly check: string;
  readonly value?: number;
  readonly minimum?: number;
  readonly inclusive?: boolean;
  readonly format?: string;
}

const checkDefinitions = ({ checks = [] }: Definition) => checks.map((each) => each._zod.def as CheckDefinition);

function numberExpectation(definition: Definition): string {
  const checks = checkDefinitions(definition);
  const isWhole = [definition, ...checks].some(({ format }) => format?.includes('int'));
  const lower = tightest(checks, 'greater_than', (a, b) => b - a);
  const upper = tightest(checks, 'less_than', (a, b) => a - b);
  const limits = [
    lower && (lower.inclusive ? `of at least ${lower.value}` : `above ${lower.value}`),
    upper && (upper.inclusive ? `of at most ${upper.value}` : `below ${upper.value}`),
  ].filter(Boolean).join(' and ');
  return [isWhole ? 'a whole number' : 'a number', limits.replace('and of', 'and')].filter(Boolean).join(' ');
}

/** Of several limits on one side, the one that decides. */
function tightest(checks: readonly CheckDefinition[], check: string, compare: (a: number, b: number) => number) {
  const limits = checks.filter((each) => each.check === check && typeof each.value === 'number');
  return limits.sort((a, b) => compare(a.value ?? 0, b.value ?? 0)).at(0);
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

function show(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return value === null ? 'nothing' : 'an empty list';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
