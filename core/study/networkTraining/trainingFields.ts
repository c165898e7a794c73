import { z } from 'zod';
import { listDevices } from '../../latency/devices.ts';
import { spaceIds } from '../../spaces/index.ts';
import { fieldsOf, type FileField, type JsonSchema } from '../library/schemaFields.ts';
import { trainingSchema } from './trainingFile.ts';

/** All settings of a training file, in the file's order; a group comes before its settings. */
export const schemaOfTraining = (): FileField[] => recipeFields(trainingSchema);

/** Of a file with the parts of a training file. */
export function recipeFields(schema: z.ZodType): FileField[] {
  const fields = fieldsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema);
  // A queue's workers score and evaluate; networks are trained here.
  return fields.filter(({ path }) => !['compute.queue', 'compute.chunkMinutes'].includes(path.join('.'))).map((field) => {
    switch (field.path.join('.')) {
      case 'space': return { ...field, kind: 'choice', choices: spaceIds };
      case 'devices': return { ...field, choices: listDevices().map(({ name }) => name) };
      default: return field;
    }
  });
}
