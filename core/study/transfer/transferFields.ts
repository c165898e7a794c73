import type { FileField } from '../library/schemaFields.ts';
import { recipeFields } from '../networkTraining/trainingFields.ts';
import { transferSchema } from './transferFile.ts';

/** All settings of a transfer file, in the file's order; a group comes before its settings. */
export const schemaOfTransfer = (): FileField[] => recipeFields(transferSchema);
