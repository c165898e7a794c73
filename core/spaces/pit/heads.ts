import type { Random } from '../../base/random.ts';
import { stages } from './architecture.ts';
import type { PitChoices } from './choices.ts';

/** Whether a stage with so many heads can follow: the pooling makes a whole number of channels of each that it reads. */
export const divides = (before: number, after: number): boolean => after % before === 0;

/** Every legal way to give the three stages heads. */
export function legalHeads({ numHeads }: PitChoices): number[][] {
  return stages.reduce<number[][]>((all) => all.flatMap((taken) => numHeads
    .filter((heads) => taken.length === 0 || divides(taken[taken.length - 1], heads))
    .map((heads) => [...taken, heads])), [[]]);
}

/**
 * Lets the heads of each stage change in turn, between those of the stage before (perhaps changed) and of the one behind
 * (not yet changed), so that the others keep theirs and the widths stay legal.
 */
export function mutateHeads(
  choices: PitChoices, heads: readonly number[], random: Random, redraw: (fitting: readonly number[]) => number, rate: number,
): number[] {
  const mutated: number[] = [];
  heads.forEach((own, stage) => {
    const before = mutated.at(-1) ?? 1;
    const after = heads[stage + 1];
    const fitting = choices.numHeads.filter((count) => divides(before, count) && (after === undefined || divides(count, after)));
    mutated.push(random.chance(rate) ? redraw(fitting) : own);
  });
  return mutated;
}
