import { hypervolume } from '../indicators.ts';
import { paretoFront } from '../pareto.ts';
import type { ParetoPoint } from '../pareto.ts';

/** An architecture as the predictor sees it. */
export interface Forecast {
  /** Of each device; undefined where the device's budget is not kept. */
  readonly points: readonly (ParetoPoint | undefined)[];
  /** Standard deviation of the predicted value, where it is known. */
  readonly deviation?: number;
}

export interface ChoiceOptions {
  readonly count: number;
  /** How many of them are the ones that the predictor is least sure of, where it can tell. */
  readonly explore: number;
  /** Of each device. */
  readonly references: readonly ParetoPoint[];
}

/**
 * Chooses what is evaluated next: the devices take turns, and each takes the candidate that adds most to the area under
 * its front, given the front so far and what has been chosen before. Whatever lies close to something known or chosen
 * adds little, which spreads the choice over the front. MSuNAS spreads its choice evenly over the range of the second
 * objective instead, whether or not anything is to be gained there.
 *
 * Fewer than `count` only when there are fewer candidates. Ties go to the earlier candidate.
 * @param known what has been evaluated, by its forecast as well, since measured values flatter the lucky
 */
export function chooseCandidates<T extends Forecast>(
  candidates: readonly T[], known: readonly Forecast[], { count, explore, references }: ChoiceOptions,
): T[] {
  const left = new Set(candidates);
  const chosen: T[] = [];
  const fronts = references.map((_, device) => paretoFront(known.flatMap(({ points }) => points[device] ?? [])));
  const take = (one: T) => {
    left.delete(one);
    chosen.push(one);
    for (const [device, point] of one.points.entries()) {
      if (point) fronts[device] = paretoFront([...fronts[device], point]);
    }
  };
  const gains = (device: number) => {
    const area = hypervolume(fronts[device], references[device]);
    return (one: T) => {
      const point = one.points[device];
      return point ? hypervolume([...fronts[device], point], references[device]) - area : 0;
    };
  };

  for (let turn = 0, idle = 0; chosen.length < count - explore && idle < references.length; turn++) {
    const best = largest(left, gains(turn % references.length));
    if (best) take(best);
    idle = best ? 0 : idle + 1;
  }
  while (chosen.length < count && left.size > 0) take(largest(left, ({ deviation = 0 }) => deviation) ?? [...left][0]);
  return chosen;
}

/** The first one of largest positive worth; undefined when nothing is worth anything. */
function largest<T>(items: Iterable<T>, worth: (item: T) => number): T | undefined {
  let best: T | undefined;
  let most = 0;
  for (const item of items) {
    const value = worth(item);
    if (value > most) [best, most] = [item, value];
  }
  return best;
}
