import { z } from 'zod';
import { InputError, oneOf } from '../../base/errors.ts';
import { composeArchitecture, stageCount } from './architecture.ts';
import type { AsVitArchitecture } from './architecture.ts';
import type { AsVitChoices } from './choices.ts';
import { fieldsOfNotation } from './notation.ts';

/** Enough to mend a file in one go, short enough to read. */
const maxProblems = 4;
/** Far beyond any published network, and small enough to be lowered at once. */
const maxDepth = 64;

/**
 * A reader for the space's JSON form and, as a JSON string, the release's notation. Topologies are the space's; width and
 * depths need not be.
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts
 */
export function architectureParser(choices: AsVitChoices): (json: unknown) => AsVitArchitecture {
  const schema = architectureSchema(choices);
  return (json) => {
    const result = schema.safeParse(typeof json === 'string' ? fieldsOfNotation(json) ?? json : json);
    const problems = result.success ? widthProblems(result.data) : result.error.issues.map(describeIssue);
    if (!result.success || problems.length > 0) {
      const rest = problems.length - maxProblems;
      const listed = problems.slice(0, maxProblems).concat(rest > 0 ? [`and ${rest} more`] : []);
      throw new InputError('invalid-architecture', `Not an architecture of ${choices.id}: ${listed.join('; ')}.`);
    }
    const { variant, ...genes } = result.data;
    return composeArchitecture({ ...genes, ...(variant === 'published' ? { variant } : {}) });
  };
}

function architectureSchema(choices: AsVitChoices) {
  const shape = {
    kernels: perStage(choices.kernels.map(oneOfNumbers)),
    splits: perStage(choices.splits.map(oneOfNumbers)),
    mlpRatios: perStage(choices.mlpRatios.map(oneOfNumbers)),
    heads: oneOfNumbers(choices.heads),
    depths: perStage(Array.from({ length: stageCount }, () => whole(maxDepth))).default([...choices.depths]),
    width: whole(choices.maxWidth).default(choices.width),
    variant: z.enum(['released', 'published'], { error: ({ input }) => `${shown(input)}, accepted: "released" or "published"` }).optional(),
  };
  const accepted = `accepted: ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, {
    error: (issue) => issue.code === 'unrecognized_keys'
      ? `has unknown fields (${(issue.keys as string[]).join(', ')}), ${accepted}`
      : `must be a JSON object, ${accepted}`,
  });
}

/** A head needs a channel; later stages have as many channels a head as the first. */
function widthProblems({ width, heads }: { readonly width: number; readonly heads: number }): string[] {
  const least = heads / 2 ** (stageCount - 1);
  return width >= least ? [] : [`width is ${width}, accepted: at least ${least}, a channel for each head of stage 1 (heads / ${2 ** (stageCount - 1)})`];
}

const shown = (value: unknown) => value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 40)}`;

const oneOfNumbers = (values: readonly number[]) => z.literal([...values], { error: ({ input }) => `${shown(input)}, accepted: ${oneOf(values)}` });

function whole(most: number) {
  const error = ({ input }: { input?: unknown }) => `${shown(input)}, accepted: whole numbers from 1 to ${most}`;
  return z.number({ error }).int({ error }).min(1, { error }).max(most, { error });
}

/** A list with one entry for each stage that has a choice. */
function perStage(entries: readonly z.ZodType<number>[]) {
  const error = ({ input }: { input?: unknown }) => `${shown(input)}, accepted: a list of ${entries.length} numbers, one for each stage${entries.length < stageCount ? ' but the last' : ''}`;
  return z.array(z.unknown(), { error }).length(entries.length, { error }).pipe(z.tuple(entries as [z.ZodType<number>, ...z.ZodType<number>[]])) as unknown as z.ZodType<number[]>;
}

const describeIssue = ({ path, message }: z.core.$ZodIssue) =>
  `${path.length === 0 ? 'the architecture' : path.map((part) => (typeof part === 'number' ? `${part + 1}` : String(part))).join('.')} ${message}`;
