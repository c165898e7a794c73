import { parseDocument } from 'yaml';
import type { OutputOf } from '../../../core/api/contract/contract.ts';
import type { WorkbenchSettings } from '../../../core/api/contract/types.ts';

export type StudyField = OutputOf<'draft.fields'>[number];
export type SettingPath = readonly (string | number)[];
export type SettingProblem = OutputOf<'draft.check'>['problems'][number];
export interface SettingChange {
  readonly path: (string | number)[];
  /** undefined takes the setting out, so that its default counts. */
  readonly value: unknown;
}

/** What a study file says, as plain data; undefined while it is not valid YAML. An empty file says nothing. */
export function writtenSettings(text: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  return document.toJS({ maxAliasCount: 100 }) ?? {};
}

export function valueAt(settings: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>((value, part) => (
    typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined
  ), settings);
}

export const pathKey = (path: SettingPath): string => path.join('.');

const isSame = (a: SettingPath, b: SettingPath) => pathKey(a) === pathKey(b);
const isWithin = (path: SettingPath, outer: SettingPath) => outer.every((part, index) => path[index] === part);

/** Changes with newer ones laid over them: of one setting, the newest counts. */
export function mergeChanges(older: readonly SettingChange[], newer: readonly SettingChange[]): SettingChange[] {
  return [...older.filter((old) => !newer.some((change) => isWithin(old.path, change.path))), ...newer];
}

/** A setting's value with changes that are not in the text yet. */
export function valueWithChanges(settings: unknown, changes: readonly SettingChange[], path: SettingPath): unknown {
  const change = changes.findLast((each) => isWithin(path, each.path));
  return change === undefined ? valueAt(settings, path) : valueAt(change.value, path.slice(change.path.length));
}

/** What a new study takes over from the person's settings of this machine; nothing where those are the defaults. */
export function machineChanges({ engine, threads, memoryGiB }: Pick<WorkbenchSettings, 'engine' | 'threads' | 'memoryGiB'>): SettingChange[] {
  return [
    ...(engine === 'auto' ? [] : [{ path: ['engine'], value: engine }]),
    ...(threads === null ? [] : [{ path: ['compute', 'threads'], value: threads }]),
    ...(memoryGiB === null ? [] : [{ path: ['compute', 'memoryGiB'], value: memoryGiB }]),
  ];
}

/** What is wrong with one setting; of a list or group also with what is inside it, if `deep`. */
export function problemsAt(problems: readonly SettingProblem[], path: SettingPath, deep = false): SettingProblem[] {
  return problems.filter((problem) => (deep ? isWithin(problem.path, path) : isSame(problem.path, path)));
}

/** One part of the form, with the settings that it shows. */
export interface FormSection {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  /** Direct settings of the section, in the file's order. */
  readonly fields: readonly StudyField[];
}

/** Settings of a section that stand together under a name of their own. */
export interface FieldGroup {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  readonly fields: readonly StudyField[];
}

/** The smaller groups inside a section, in the file's order. */
export function fieldGroups(fields: readonly StudyField[], section: FormSection): FieldGroup[] {
  const inner = section.fields.filter(({ path }) => path.length > 2);
  return [...new Set(inner.map(({ path }) => pathKey(path.slice(0, -1))))].map((id) => {
    const group = fields.find(({ path }) => pathKey(path) === id);
    return { id, title: group?.title ?? id, help: group?.help ?? '', fields: inner.filter(({ path }) => pathKey(path.slice(0, -1)) === id) };
  });
}

/** What a field is called: inside a smaller group, with that group's name ("Mutation: depth"). */
export function fieldTitle(fields: readonly StudyField[], { path, title }: StudyField): string {
  const group = path.length > 2 ? fields.find((other) => isSame(other.path, path.slice(0, -1))) : undefined;
  return group ? `${group.title}: ${title.toLowerCase()}` : title;
}

/** How much is wrong in a part of the form. */
export function problemCount(problems: readonly SettingProblem[], { id, fields: own }: FormSection): number {
  return problems.filter(({ path }) => path[0] === id || own.some((field) => field.path.length === 1 && field.path[0] === path[0])).length;
}

/** Settings that the form does not offer: the file's own version. */
const unoffered: ReadonlySet<string> = new Set(['version']);
/** Top-level settings that belong with a group below. */
const homes: Readonly<Record<string, string>> = { engine: 'compute' };

/**
 * The form's parts as the core's list of fields gives them: what stands at the top level comes first, then each group
 * in the file's order, the machine's part last, because it says nothing about the result.
 */
export function formSections(fields: readonly StudyField[]): FormSection[] {
  const top = fields.filter(({ path }) => path.length === 1 && !unoffered.has(path[0]));
  const sectionOf = (field: StudyField) => homes[field.path[0]] ?? (field.kind === 'group' || field.kind === 'list' ? field.path[0] : 'basics');
  const groups = top.filter((field) => field.kind === 'group' || field.kind === 'list');
  const ordered = [...groups.filter(({ path }) => path[0] !== 'compute'), ...groups.filter(({ path }) => path[0] === 'compute')];
  const basics = { id: 'basics', title: 'Basics', help: '', fields: top.filter((field) => sectionOf(field) === 'basics') };
  return [basics, ...ordered.map((group) => ({
    id: group.path[0], title: group.title, help: group.help,
    fields: [
      ...top.filter((field) => field !== group && sectionOf(field) === group.path[0]),
      ...fields.filter(({ path, kind }) => path.length > 1 && path[0] === group.path[0] && kind !== 'group'),
    ],
  }))];
}

/** Whether a study trains a supernet or scores without training, given what is written. */
export function studySort(valueOf: (path: SettingPath) => unknown): 'training' | 'scoring' {
  const scoring = valueOf(['scoring']);
  return scoring === undefined || scoring === null ? 'training' : 'scoring';
}

/** Whether a section is there: images are of no use to scores that do not look at them. */
export function isSectionOffered({ id }: Pick<FormSection, 'id'>, valueOf: (path: SettingPath) => unknown): boolean {
  const sort = studySort(valueOf);
  if (id === 'data') return sort === 'training' || valueOf(['scoring', 'inputs']) === 'images';
  return id !== 'training' && id !== 'scoring' ? true : id === sort;
}

/** Whether a field is there, given what else is written: some belong to one sort of study, one kind of data, or one way of searching. */
export function isOffered({ when, sort }: StudyField, valueOf: (path: SettingPath) => unknown): boolean {
  if (sort !== undefined && sort !== studySort(valueOf)) return false;
  return when === undefined || when.values.includes(String(valueOf(when.path) ?? when.default));
}

/**
 * What a person sees in an empty field: what counts then, or that there is nothing.
 * @param taken what the core takes for it, where a published recipe says otherwise than the default
 */
export function placeholderOf({ default: usual, isRequired }: StudyField, taken?: unknown): string {
  const value = taken ?? usual;
  if (value === undefined || value === null) return isRequired ? 'Needed' : 'Automatic';
  return typeof value === 'object' ? 'Default' : String(value);
}

/**
 * Reads what a person writes for a number that may be a list: "8" is the number, "4e6, 8e6" and "[4e6]" are lists. What is
 * no number stays text, for the core to judge.
 */
export function parseNumberOrList(text: string, items: StudyField['items']): unknown {
  const inner = text.trim().replace(/^\[|\]$/g, '');
  const words = inner.split(items === 'number' ? /[,\s]+/ : /,/).map((word) => word.trim()).filter(Boolean);
  if (words.length === 0) return undefined;
  const isList = words.length > 1 || inner !== text.trim() || inner.includes(',') || (items === 'text' && Number.isNaN(Number(words[0])));
  return isList ? words.map((word) => (items === 'number' ? numberOr(word) : word)) : numberOr(words[0]);
}

const numberOr = (word: string) => (Number.isNaN(Number(word)) ? word : Number(word));

/** The same as text; a list of one number is told from the number by its brackets. */
export function numberOrListText(value: unknown): string {
  if (!Array.isArray(value)) return value === undefined || value === null ? '' : String(value);
  return value.length === 1 && typeof value[0] === 'number' ? `[${value[0]}]` : value.join(', ');
}

/** Steps of a number's − and + buttons: ones, or a digit of the default's own size. */
export function stepOf({ kind, default: value, max }: StudyField): number {
  if (kind === 'integer') {
    const size = typeof value === 'number' ? Math.abs(value) : 0;
    return size >= 100 ? 10 ** (Math.floor(Math.log10(size)) - 1) : 1;
  }
  if (typeof value === 'number' && value > 0) return 10 ** Math.floor(Math.log10(value));
  return max !== undefined && max <= 1 ? 0.1 : 1;
}

/** A phrase as the core writes it, with its first letter large; names that begin small on purpose stay. */
export const sentence = (phrase: string): string => (/^[a-z]+[A-Z:]/.test(phrase) ? phrase : phrase.charAt(0).toUpperCase() + phrase.slice(1));
