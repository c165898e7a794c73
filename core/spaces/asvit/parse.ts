import { z } from 'zod';
import { architectureReader, objectOf, oneOfNames, oneOfNumbers, shown, wholeNumberIn } from '../architectureSchema.ts';
import { composeArchitecture, stageCount } from './architecture.ts';
import type { AsVitArchitecture } from './architecture.ts';
import type { AsVitChoices } from './choices.ts';
import { fieldsOfNotation } from './notation.ts';

/** Far beyond any published network, and small enough to be lowered at once. */
const maxDepth = 64;

/**
 * A reader for the space's JSON form and, as a JSON string, the release's notation. Topologies are the space's; width and
 * depths need not be.
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts
 */
export function architectureParser(choices: AsVitChoices): (json: unknown) => AsVitArchitecture {
  const read = architectureReader(choices.id, architectureSchema(choices), widthProblems);
  return (json) => {
    const { variant, ...genes } = read(typeof json === 'string' ? fieldsOfNotation(json) ?? json : json);
    return composeArchitecture({ ...genes, ...(variant === 'published' ? { variant } : {}) });
  };
}

function architectureSchema(choices: AsVitChoices) {
  return objectOf({
    kernels: perStage(choices.kernels.map(oneOfNumbers)),
    splits: perStage(choices.splits.map(oneOfNumbers)),
    mlpRatios: perStage(choices.mlpRatios.map(oneOfNumbers)),
    heads: oneOfNumbers(choices.heads),
    depths: perStage(Array.from({ length: stageCount }, () => wholeNumberIn([1, maxDepth]))).default([...choices.depths]),
    width: wholeNumberIn([1, choices.maxWidth]).default(choices.width),
    variant: oneOfNames(['released', 'published']).optional(),
  });
}

/** A head needs a channel; later stages have as many channels a head as the first. */
function widthProblems({ width, heads }: { readonly width: number; readonly heads: number }): string[] {
  const least = heads / 2 ** (stageCount - 1);
  return width >= least ? [] : [`width is ${width}, accepted: at least ${least}, a channel for each head of stage 1 (heads / ${2 ** (stageCount - 1)})`];
}

/** A list with one entry for each stage that has a choice. */
function perStage(entries: readonly z.ZodType<number>[]): z.ZodType<number[]> {
  const stages = `one for each stage${entries.length < stageCount ? ' but the last' : ''}`;
  return z.tuple(entries as [z.ZodType<number>, ...z.ZodType<number>[]], {
    error: ({ input }) => `${shown(input)}, accepted: a list of ${entries.length} numbers, ${stages}`,
  });
}
