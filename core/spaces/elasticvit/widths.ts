import type { Random } from '../../base/random.ts';

/**
 * Number of non-decreasing ways to complete the widths from stage i on, when stage i takes its j-th choice:
 * `completions[i][j]`.
 */
function countCompletions(choices: readonly (readonly number[])[]): number[][] {
  const completions: number[][] = [];
  for (let i = choices.length - 1; i >= 0; i--) {
    const next = choices[i + 1];
    completions[i] = choices[i].map((width) => next === undefined ? 1
      : next.reduce((sum, nextWidth, j) => nextWidth < width ? sum : sum + completions[i + 1][j], 0));
  }
  return completions;
}

/** How many non-decreasing sequences take one width of each stage. */
export function countWidths(choices: readonly (readonly number[])[]): number {
  return countCompletions(choices)[0].reduce((sum, count) => sum + count, 0);
}

/** One of the non-decreasing sequences, each equally likely: every stage is drawn by how many completions it leaves. */
export function sampleWidths(choices: readonly (readonly number[])[], random: Random): number[] {
  const widths: number[] = [];
  countCompletions(choices).forEach((counts, i) => {
    const previous = widths.at(-1) ?? 0;
    widths.push(choices[i][random.weighted(counts.map((count, j) => choices[i][j] < previous ? 0 : count))]);
  });
  return widths;
}

/**
 * Lets each width change in turn, between its (possibly changed) predecessor and its (still unchanged) successor, so
 * that the others keep their values and the sequence stays non-decreasing.
 */
export function mutateWidths(
  choices: readonly (readonly number[])[],
  widths: readonly number[],
  changes: () => boolean,
  redraw: (fitting: readonly number[]) => number,
): number[] {
  const mutated: number[] = [];
  widths.forEach((width, i) => {
    const low = mutated.at(-1) ?? 0;
    const high = widths[i + 1] ?? Infinity;
    mutated.push(changes() ? redraw(choices[i].filter((choice) => choice >= low && choice <= high)) : width);
  });
  return mutated;
}
