import type { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { readText } from './textFile.ts';

/**
 * A result that was kept as JSON; undefined while there is none.
 * @param damaged what to tell of a file that the schema does not take
 * @throws InputError `damaged-result`
 */
export async function readResult<Schema extends z.ZodType>(path: string, schema: Schema, damaged: string): Promise<z.output<Schema> | undefined> {
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing-file') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new InputError('damaged-result', `${path}: ${damaged}`, { cause: error });
  }
}
