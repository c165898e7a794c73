import { z } from 'zod';
import { weightsFactsSchema } from '../weightsFile.ts';

/** What a handed-over program tells about its network, in handoff.json and with its weights: enough to import these. */
export const handoffFactsSchema = weightsFactsSchema.extend({
  /** Version of Pocketformer. */
  pocketformer: z.string(),
  /** What the weights know: nothing, what a supernet learned, what they were trained for, or what the program taught them. */
  weights: z.enum(['untrained', 'inherited', 'given', 'trained']),
  study: z.string().nullable(),
});

export type HandoffFacts = z.output<typeof handoffFactsSchema>;

/** Key of the facts in the metadata of weights for PyTorch. */
export const factsKey = 'pocketformer';
