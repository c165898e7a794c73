import type { Random } from '../base/random.ts';
import type { SearchSettings } from './settings.ts';
import { constrainedMs, fitsDevice, isCandidate } from './problem.ts';
import type { BudgetWindow, LatencyInterval, TargetDevice } from './problem.ts';
import { exclusiveAreas, paretoRanks } from './pareto.ts';
import type { ParetoPoint } from './pareto.ts';

/** An architecture with everything that selection looks at. */
export interface Scored {
  readonly value: number;
  readonly latencies: readonly LatencyInterval[];
}

/**
 * The architectures that the next generation descends from, at most `settings.parents`, best first.
 *
 * `budget`, ElasticViT's rule: those of highest value inside the window. `accuracy`, AutoFormer's: those of highest value within
 * the budget of any device.
 *
 * `pareto`: each device orders the architectures within its budget by the number of the front they belong to, then by
 * the area that they alone dominate, and the devices take turns in naming their best one not yet named. A value usually costs
 * far more than a prediction and is the same on every device, so one population that all devices share gives all fronts
 * for the price of one; and the area keeps it spread over the whole latency range, where the highest values alone would
 * collect at the slow end and would need one run for each point of each front. The area instead of NSGA-II's crowding
 * distance, because hypervolume is what fronts are judged by and it needs no scaling of the objectives.
 *
 * Ties go to what was evaluated earlier.
 */
export function selectParents<T extends Scored>(
  evaluated: readonly T[],
  devices: readonly TargetDevice[],
  settings: SearchSettings,
  window: BudgetWindow | undefined,
): T[] {
  return window || settings.selection === 'accuracy'
    ? highest(evaluated.filter(({ latencies }) => isCandidate(devices, settings, latencies, window)), settings)
    : takeTurns(devices.map((_, device) => {
      const feasible = evaluated.filter(({ latencies }) => fitsDevice(devices, settings, latencies, device));
      return byFrontAndArea(feasible, (one) => ({
        value: one.value,
        latencyMs: constrainedMs(one.latencies, device, settings),
      }));
    }), settings.parents);
}

function highest<T extends Scored>(evaluated: readonly T[], settings: SearchSettings): T[] {
  return [...evaluated].sort((a, b) => b.value - a.value).slice(0, settings.parents);
}

/**
 * One parent. `budget` and `accuracy`, as published: any, with equal chance. `pareto`: the better of two such draws (binary
 * tournament), because its list goes far beyond the fronts and is worth less towards its end.
 */
export function drawParent<T>(parents: readonly T[], settings: SearchSettings, random: Random): T {
  const first = random.integer(parents.length);
  return parents[settings.selection === 'pareto' ? Math.min(first, random.integer(parents.length)) : first];
}

/** Best first: lower front number, then larger exclusive area within the front. */
function byFrontAndArea<T>(items: readonly T[], place: (item: T) => ParetoPoint): T[] {
  const points = items.map(place);
  const ranks = paretoRanks(points);
  const fronts: number[][] = [];
  for (const [index, rank] of ranks.entries()) (fronts[rank] ??= []).push(index);
  return fronts.flatMap((members) => {
    const areas = exclusiveAreas(members.map((index) => points[index]));
    const order = [...members.keys()].sort((i, j) => descending(areas[i], areas[j]) || i - j);
    return order.map((i) => items[members[i]]);
  });
}

/** Subtraction would turn two infinite areas into NaN. */
function descending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

/** The lists' items, one from each in turn without repeats, until there are enough. */
export function takeTurns<T>(lists: readonly (readonly T[])[], count: number): T[] {
  const taken = new Set<T>();
  const next = lists.map(() => 0);
  for (let turn = 0, idle = 0; taken.size < count && idle < lists.length; turn = (turn + 1) % lists.length) {
    const list = lists[turn];
    while (next[turn] < list.length && taken.has(list[next[turn]])) next[turn]++;
    if (next[turn] < list.length) {
      taken.add(list[next[turn]++]);
      idle = 0;
    } else {
      idle++;
    }
  }
  return [...taken];
}
