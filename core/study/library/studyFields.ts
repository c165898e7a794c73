import { z } from 'zod';
import { listDevices } from '../../latency/devices.ts';
import { proxyIds } from '../../scoring/catalogue.ts';
import { spaceIds } from '../../spaces/index.ts';
import { studySchema } from '../studyFile.ts';
import { fieldsOf, type FileField, type JsonSchema } from './schemaFields.ts';

/** The study file's format as a JSON schema, for editors that complete and check YAML. */
export function studyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(studySchema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  return { ...schema, anyOf: [{ required: ['data'] }, { required: ['scoring'] }], not: { required: ['training', 'scoring'] } };
}

/** All settings of a study file, in the file's order; a group comes before its settings. */
export function schemaOfStudy(): FileField[] {
  const fields = fieldsOf(studyJsonSchema() as JsonSchema);
  return fields.map((field) => {
    switch (field.path.join('.')) {
      case 'space': return { ...field, kind: 'choice', choices: spaceIds };
      case 'training.performance.score': return { ...withSort(field), kind: 'choice', choices: proxyIds, when: { path: ['training', 'performance', 'preference'], values: ['score', 'both'], default: 'width-over-depth' } };
      // Needed only where the section is written at all.
      case 'search.firstPopulation.proxy': return withCondition({ ...field, isRequired: false }, fields);
      case 'devices': return { ...field, choices: listDevices().map(({ name }) => name) };
      default: return withSort(withCondition(field, fields));
    }
  });
}

/** Settings that mean something only with one choice of another, which their schemas do not say. */
const conditions: readonly { readonly fields: readonly string[]; readonly of: string; readonly isMet: (choice: string) => boolean }[] = [
  { of: 'search.algorithm', isMet: (choice) => choice === 'evolution', fields: ['generations', 'parents', 'mutations', 'crossovers'].map((name) => `search.${name}`) },
  { of: 'search.algorithm', isMet: (choice) => choice === 'random', fields: ['search.evaluations'] },
  {
    of: 'search.algorithm', isMet: (choice) => choice !== 'random',
    fields: ['initialPopulation', 'selection', 'warmStart', 'firstPopulation.proxy', 'firstPopulation.candidates', 'mutation.depth', 'mutation.choice', 'mutation.uniform'].map((name) => `search.${name}`),
  },
  {
    of: 'search.algorithm', isMet: (choice) => choice !== 'evolution' && choice !== 'random',
    fields: ['rounds', 'evaluationsPerRound', 'predictorGenerations', 'predictorPopulation'].map((name) => `search.${name}`),
  },
  { of: 'search.selection', isMet: (choice) => choice === 'budget', fields: ['search.budgetWidthMs'] },
  { of: 'training.sampling.rule', isMet: (choice) => choice === 'bucket', fields: ['walk', 'windowMacs', 'smallestSubnets'].map((name) => `training.sampling.${name}`) },
];

/** Settings outside their sections that only one sort of study has a use for. */
const ofTraining: ReadonlySet<string> = new Set(['search.calibrationBatches', 'search.evaluationImages']);

function withSort(field: FileField): FileField {
  const [section] = field.path;
  const sort = section === 'scoring' ? 'scoring' : section === 'training' || ofTraining.has(field.path.join('.')) ? 'training' : undefined;
  return sort === undefined ? field : { ...field, sort };
}

function withCondition(field: FileField, fields: readonly FileField[]): FileField {
  const key = field.path.join('.');
  const condition = conditions.find((each) => each.fields.includes(key));
  const other = condition && fields.find(({ path }) => path.join('.') === condition.of);
  if (!condition || !other?.choices) return field;
  return { ...field, when: { path: other.path, values: other.choices.filter(condition.isMet), default: String(other.default) } };
}
