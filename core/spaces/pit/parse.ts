import { z } from 'zod';
import { oneOf } from '../../base/errors.ts';
import { architectureReader, objectOf, oneOfNumbers, shown } from '../architectureSchema.ts';
import { composeArchitecture } from './architecture.ts';
import type { PitArchitecture } from './architecture.ts';
import type { PitChoices } from './choices.ts';
import { divides } from './heads.ts';

/**
 * A reader for the space's JSON form: {baseDim, mlpRatio, depths: [3], numHeads: [3]}.
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts;
 * widths that do not divide each other too
 */
export function architectureParser(choices: PitChoices): (json: unknown) => PitArchitecture {
  const read = architectureReader(choices.id, architectureSchema(choices), (arch) => widthProblems(choices, arch));
  return (json) => {
    const { baseDim, mlpRatio, depths, numHeads } = read(json);
    return composeArchitecture(baseDim, mlpRatio, depths, numHeads);
  };
}

function architectureSchema({ baseDim, mlpRatio, depths, numHeads }: PitChoices): z.ZodType<PitArchitecture> {
  return objectOf({
    baseDim: oneOfNumbers(baseDim), mlpRatio: oneOfNumbers(mlpRatio), depths: perStage(depths),
    numHeads: perStage([numHeads, numHeads, numHeads]),
  });
}

function perStage([first, second, third]: PitChoices['depths']) {
  return z.tuple([oneOfNumbers(first), oneOfNumbers(second), oneOfNumbers(third)], {
    error: ({ input }) => `${shown(input)}, accepted: a list of three numbers, one for each stage`,
  });
}

/** What each pooling can do with the channels that it gets. */
function widthProblems({ numHeads: accepted }: PitChoices, { baseDim, numHeads }: PitArchitecture): string[] {
  return numHeads.flatMap((heads, stage) => {
    const before = numHeads[stage - 1];
    if (before === undefined || divides(before, heads)) return [];
    const fitting = accepted.filter((count) => divides(before, count));
    return [`numHeads.${stage} is ${heads}, which makes ${heads * baseDim} channels of the ${before * baseDim} of the stage before, `
      + `but the pooling can only multiply them; accepted after ${before} heads: ${oneOf(fitting)}`];
  });
}
