import { z } from 'zod';
import { architectureReader, numberIn, objectOf, oneOfNames, rangeOf, shown, wholeNumberIn } from '../architectureSchema.ts';
import { composeArchitecture } from './architecture.ts';
import type { AutoFormerArchitecture } from './architecture.ts';
import type { AutoFormerChoices } from './choices.ts';

/** Beyond what any published relative of these networks has, and small enough to be lowered at once. */
const limits = { embedDim: [8, 2048], depth: [1, 64], mlpRatio: [0.25, 16], numHeads: [1, 64], headDim: [1, 256] } as const;

/**
 * A reader for the space's JSON form: {embedDim, depth, mlpRatios, numHeads} and, for relatives outside the space, headDim,
 * relativePosition and pool. Values need not be the space's own choices, because published networks have others
 * (AutoFormer-T has ratios of 3, DeiT-B is wider than Base).
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts
 */
export function architectureParser(choices: AutoFormerChoices): (json: unknown) => AutoFormerArchitecture {
  const read = architectureReader(choices.id, architectureSchema(choices), problemsTogether);
  return (json) => composeArchitecture(choices.headDim, read(json));
}

type Written = z.infer<ReturnType<typeof architectureSchema>>;

function architectureSchema(choices: AutoFormerChoices) {
  const own = (values: readonly number[]) => ` (the space's own: ${values.join(', ')})`;
  return objectOf({
    embedDim: wholeNumberIn(limits.embedDim, own(choices.embedDim)),
    depth: wholeNumberIn(limits.depth, own(choices.depth)),
    mlpRatios: perLayer(numberIn(limits.mlpRatio, own(choices.mlpRatio))),
    numHeads: perLayer(wholeNumberIn(limits.numHeads, own(choices.numHeads))),
    headDim: z.union([wholeNumberIn(limits.headDim), z.literal('shared')], {
      error: ({ input }) => `${shown(input)}, accepted: ${rangeOf(limits.headDim, 'whole numbers')}, or "shared"`,
    }).optional(),
    relativePosition: z.boolean({ error: ({ input }) => `${shown(input)}, accepted: true or false` }).optional(),
    pool: oneOfNames(['mean', 'classToken']).optional(),
  });
}

function perLayer<T extends z.ZodType>(entry: T) {
  return z.array(entry, { error: ({ input }) => `${shown(input)}, accepted: a list with one value for each layer` });
}

/** What is wrong between fields that are right by themselves. */
function problemsTogether({ embedDim, depth, mlpRatios, numHeads, headDim }: Written): string[] {
  const lists = Object.entries({ mlpRatios, numHeads }).flatMap(([name, list]) =>
    list.length === depth ? [] : [`${name} has ${list.length} ${list.length === 1 ? 'value' : 'values'}, accepted: one for each of the ${depth} layers (depth)`]);
  if (headDim !== 'shared') return lists;
  const uneven = numHeads.find((heads) => embedDim % heads !== 0);
  return uneven === undefined ? lists : [...lists, `headDim is "shared", but ${uneven} heads cannot share a width of ${embedDim}`];
}
