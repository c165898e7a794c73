/**
 * Every failure that a person can act on is one of these: `code` is stable and meant for programs, `message` says what
 * was wrong, where, and what is accepted.
 */
export class PocketformerError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** What the person typed, or a file they named, cannot be used. The command line ends with exit code 2. */
export class InputError extends PocketformerError {}

/** The surroundings failed: a full disk, a missing library, a study in use. The command line ends with exit code 1. */
export class EnvironmentError extends PocketformerError {}

/** The person asked for a stop. What was reported as saved is saved, and the job can be resumed. */
export class CancelledError extends PocketformerError {
  constructor(message = 'Stopped on request.') {
    super('cancelled', message);
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** "a, b or c": for sentences that list what is accepted. */
export function oneOf(values: readonly (string | number)[]): string {
  if (values.length < 2) return values.join('');
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
