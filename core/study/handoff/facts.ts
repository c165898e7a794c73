import { z } from 'zod';

const three = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** What a handed-over program tells about its network, in handoff.json and with its weights: enough to import these. */
export const handoffFactsSchema = z.object({
  /** Version of Pocketformer. */
  pocketformer: z.string(),
  space: z.string(),
  /** In the space's JSON form. */
  architecture: z.unknown(),
  resolution: z.int().min(1),
  classes: z.int().min(1),
  /** In the order of the logits; null where classes have no names. */
  classNames: z.array(z.string()).nullable(),
  normalisation: z.object({ mean: three, std: three }),
  /** What the weights know: nothing, what a supernet learned, what they were trained for, or what the program taught them. */
  weights: z.enum(['untrained', 'inherited', 'given', 'trained']),
  study: z.string().nullable(),
  seed: z.int().min(0),
});

export type HandoffFacts = z.output<typeof handoffFactsSchema>;

/** Key of the facts in a weights file's metadata. */
export const factsKey = 'pocketformer';
