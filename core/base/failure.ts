import { z } from 'zod';
import { EnvironmentError, InputError, messageOf, PocketformerError } from './errors.ts';

/** An error as it travels between processes. */
export const failureSchema = z.object({ name: z.string(), code: z.string().optional(), message: z.string() });
export type Failure = z.output<typeof failureSchema>;

export const failureOf = (error: unknown): Failure => ({
  name: error instanceof Error ? error.name : 'Error', message: messageOf(error), ...(error instanceof PocketformerError ? { code: error.code } : {}),
});

export function errorOf({ name, code, message }: Failure): Error {
  if (code === undefined) return Object.assign(new Error(message), { name });
  return name === 'InputError' ? new InputError(code, message) : new EnvironmentError(code, message);
}
