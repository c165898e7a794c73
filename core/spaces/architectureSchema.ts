import { z } from 'zod';
import { InputError, oneOf } from '../base/errors.ts';

/** Enough to mend a file in one go, short enough to read. */
const MAX_PROBLEMS = 4;

/**
 * A reader for a space's JSON form.
 * @param space identifier, for the message
 * @param problemsOf what is wrong between fields that are right by themselves, as "<field> is ..., accepted: ..."
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts
 */
export function architectureReader<T>(
  space: string, schema: z.ZodType<T>, problemsOf: (written: T) => readonly string[],
): (json: unknown) => T {
  return (json) => {
    const result = schema.safeParse(json);
    const problems = result.success ? problemsOf(result.data) : result.error.issues.map(describeIssue);
    if (result.success && problems.length === 0) return result.data;
    const rest = problems.length - MAX_PROBLEMS;
    const listed = problems.slice(0, MAX_PROBLEMS).concat(rest > 0 ? [`and ${rest} more`] : []);
    throw new InputError('invalid-architecture', `Not an architecture of ${space}: ${listed.join('; ')}.`);
  };
}

/** How a value that is not accepted is told. */
export const shown = (value: unknown) => value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 40)}`;

/** The least and the most that is accepted. */
type Range = readonly [number, number];

export const rangeOf = ([least, most]: Range, what: string) => `${what} from ${least} to ${most}`;

/** @param note behind what is accepted */
export function numberIn(range: Range, note = '', what = 'numbers') {
  const error = ({ input }: { input?: unknown }) => `${shown(input)}, accepted: ${rangeOf(range, what)}${note}`;
  return z.number({ error }).min(range[0], { error }).max(range[1], { error });
}

export function wholeNumberIn(range: Range, note = '') {
  const what = 'whole numbers';
  return numberIn(range, note, what).int({ error: ({ input }) => `${shown(input)}, accepted: ${rangeOf(range, what)}${note}` });
}

export const oneOfNames = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: ({ input }) => `${shown(input)}, accepted: ${oneOf(names.map((name) => `"${name}"`))}` });

export const oneOfNumbers = (values: readonly number[]) =>
  z.literal([...values], { error: ({ input }) => `${shown(input)}, accepted: ${oneOf(values)}` });

/** An object with exactly these fields. */
export function objectOf<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const accepted = `accepted: ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, {
    error: (issue) => issue.code === 'unrecognized_keys'
      ? `has unknown fields (${(issue.keys as string[]).join(', ')}), ${accepted}`
      : `${issue.input === undefined ? 'is missing' : 'must be a JSON object'}, ${accepted}`,
  });
}

const describeIssue = ({ path, message }: z.core.$ZodIssue) =>
  `${path.length === 0 ? 'the architecture' : path.join('.')} ${message}`;
