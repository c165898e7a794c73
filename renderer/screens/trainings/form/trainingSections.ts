import { formSections } from '../../editor/formFields.ts';
import type { FormSection, StudyField } from '../../editor/formFields.ts';

/** Settings that say which network it is, or which ones. */
const network: ReadonlySet<string> = new Set(['space', 'arch', 'study', 'perDevice', 'head', 'resolution']);
const transferred: readonly string[] = ['study', 'perDevice', 'head', 'resolution'];
const titles: Readonly<Record<string, string>> = { start: 'Weights to begin with', data: 'Images', training: 'Recipe', export: 'At the end', devices: 'Devices' };

/** The form's parts for a training or transfer file: what stands at the top level, the network where the file names one, then each group in the file's order. */
export function recipeSections(fields: readonly StudyField[]): FormSection[] {
  const [basics, ...groups] = formSections(fields).map((section) => ({ ...section, title: titles[section.id] ?? section.title }));
  const own = basics.fields.filter(({ path }) => network.has(path[0]));
  return [
    { ...basics, fields: basics.fields.filter((field) => !own.includes(field)) },
    own.some(({ path }) => path[0] === 'arch') ? { id: 'network', title: 'Network', help: 'which architecture is trained', fields: own }
      : { id: 'transferred', title: 'What is transferred', help: 'the winners of a study, each with a classifier for other images', fields: transferred.flatMap((name) => own.find(({ path }) => path[0] === name) ?? []) },
    ...groups,
  ];
}

/** Of the recipe, what most people set; the rest is folded away. */
const main: readonly string[] = ['epochs', 'batchSize', 'learningRate', 'warmupEpochs', 'weightDecay', 'freeze'];

export function mainAndFurther(fields: readonly StudyField[]): { main: StudyField[]; further: StudyField[] } {
  const own = fields.filter(({ path }) => path.length === 2);
  return {
    main: main.flatMap((name) => own.find(({ path }) => path[1] === name) ?? []),
    further: own.filter(({ path }) => !main.includes(path[1])),
  };
}
