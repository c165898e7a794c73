import { z } from 'zod';

/** What was done to weights that a training begins with. */
export const startingFactsShape = {
  /** Parameters of a classifier that begins anew, for other classes; none where the weights' own is kept. */
  newHead: z.array(z.string()),
  /** Positions that were learned on maps of another size. */
  resampled: z.array(z.string()),
  /** First blocks that stay as they are, and how many parameters the others have. */
  frozenBlocks: z.int().min(0),
  trainedParams: z.int().min(0),
};
export const startingFactsSchema = z.object(startingFactsShape);
export type StartingFacts = z.output<typeof startingFactsSchema>;
