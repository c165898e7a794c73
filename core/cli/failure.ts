import { CancelledError, InputError, messageOf, PocketformerError } from '../base/errors.ts';
import { ClosedOutput } from './io.ts';

export interface Failure {
  readonly exitCode: 0 | 1 | 2;
  /** For standard error; empty when there is nothing to say. */
  readonly text: string;
}

/** Exit code and words for anything that a command threw: 2 for wrong usage or input, 1 for anything else. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ClosedOutput) return { exitCode: 0, text: '' };
  if (error instanceof InputError) return { exitCode: 2, text: oneLine(error.message) };
  if (error instanceof CancelledError || error instanceof PocketformerError) {
    return { exitCode: 1, text: oneLine(error.message) };
  }
  // Of the system's complaints, these are about a path that was typed.
  if (isSystemError(error, /^(ENAMETOOLONG|ELOOP)$/)) return { exitCode: 2, text: shortened(oneLine(error.message)) };
  if (isSystemError(error, /^E[A-Z0-9]+$/)) return { exitCode: 1, text: oneLine(error.message) };
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
  return {
    exitCode: 1,
    text: `unexpected error: ${oneLine(messageOf(error))}\n${stack}\n`
      + 'This is a mistake in Pocketformer. Please report it with the lines above and the command that was run.',
  };
}

/** A failed call to the operating system, such as a folder that may not be read. */
function isSystemError(error: unknown, codes: RegExp): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error && codes.test(String(error.code));
}

const oneLine = (text: string) => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
const shortened = (text: string) => (text.length > 200 ? `${text.slice(0, 197)}...` : text);
