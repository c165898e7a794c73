import { z } from 'zod';
import { InputError, oneOf } from '../../base/errors.ts';
import { composeArchitecture } from './architecture.ts';
import type { AutoFormerArchitecture } from './architecture.ts';
import type { AutoFormerChoices } from './choices.ts';

/** Enough to mend a file in one go, short enough to read. */
const maxProblems = 4;

/** Beyond what any published relative of these networks has, and small enough to be lowered at once. */
const limits = { embedDim: [8, 2048], depth: [1, 64], mlpRatio: [0.25, 16], numHeads: [1, 64], headDim: [1, 256] } as const;

/**
 * A reader for the space's JSON form: {embedDim, depth, mlpRatios, numHeads} and, for relatives outside the space, headDim,
 * relativePosition and pool. Values need not be the space's own choices, because published networks have others
 * (AutoFormer-T has ratios of 3, DeiT-B is wider than Base).
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts
 */
export function architectureParser(choices: AutoFormerChoices): (json: unknown) => AutoFormerArchitecture {
  const schema = architectureSchema(choices);
  return (json) => {
    const result = schema.safeParse(json);
    const problems = result.success ? problemsTogether(result.data) : result.error.issues.map(describeIssue);
    if (!result.success || problems.length > 0) {
      const rest = problems.length - maxProblems;
      const listed = problems.slice(0, maxProblems).concat(rest > 0 ? [`and ${rest} more`] : []);
      throw new InputError('invalid-architecture', `Not an architecture of ${choices.id}: ${listed.join('; ')}.`);
    }
    return composeArchitecture(choices.headDim, result.data);
  };
}

type Written = z.infer<ReturnType<typeof architectureSchema>>;

function architectureSchema(choices: AutoFormerChoices) {
  const own = (values: readonly number[]) => ` (the space's own: ${values.join(', ')})`;
  const shape = {
    embedDim: whole(limits.embedDim, own(choices.embedDim)),
    depth: whole(limits.depth, own(choices.depth)),
    mlpRatios: listOf(number(limits.mlpRatio, own(choices.mlpRatio))),
    numHeads: listOf(whole(limits.numHeads, own(choices.numHeads))),
    headDim: z.union([whole(limits.headDim), z.literal('shared')], {
      error: ({ input }) => `${shown(input)}, accepted: ${spanOf(limits.headDim, 'whole numbers')}, or "shared"`,
    }).optional(),
    relativePosition: z.boolean({ error: ({ input }) => `${shown(input)}, accepted: true or false` }).optional(),
    pool: z.enum(['mean', 'classToken'], { error: ({ input }) => `${shown(input)}, accepted: ${oneOf(['"mean"', '"classToken"'])}` }).optional(),
  };
  const accepted = `accepted: ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, {
    error: (issue) => issue.code === 'unrecognized_keys'
      ? `has unknown fields (${(issue.keys as string[]).join(', ')}), ${accepted}`
      : `must be a JSON object, ${accepted}`,
  });
}

/** What is wrong between fields that are right by themselves. */
function problemsTogether({ embedDim, depth, mlpRatios, numHeads, headDim }: Written): string[] {
  const lists = Object.entries({ mlpRatios, numHeads }).flatMap(([name, list]) =>
    list.length === depth ? [] : [`${name} has ${list.length} ${list.length === 1 ? 'value' : 'values'}, accepted: one for each of the ${depth} layers (depth)`]);
  if (headDim !== 'shared') return lists;
  const uneven = numHeads.find((heads) => embedDim % heads !== 0);
  return uneven === undefined ? lists : [...lists, `headDim is "shared", but ${uneven} heads cannot share a width of ${embedDim}`];
}

const shown = (value: unknown) => value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 40)}`;
const spanOf = ([least, most]: readonly [number, number], what: string) => `${what} from ${least} to ${most}`;

function number([least, most]: readonly [number, number], note = '', what = 'numbers') {
  const error = ({ input }: { input?: unknown }) => `${shown(input)}, accepted: ${spanOf([least, most], what)}${note}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

function whole(range: readonly [number, number], note = '') {
  const error = ({ input }: { input?: unknown }) => `${shown(input)}, accepted: ${spanOf(range, 'whole numbers')}${note}`;
  return number(range, note, 'whole numbers').int({ error });
}

function listOf<T extends z.ZodType>(entry: T) {
  return z.array(entry, { error: ({ input }) => `${shown(input)}, accepted: a list with one value for each layer` });
}

const describeIssue = ({ path, message }: z.core.$ZodIssue) =>
  `${path.length === 0 ? 'the architecture' : path.join('.')} ${message}`;
