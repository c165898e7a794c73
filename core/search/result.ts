import { createHash } from 'node:crypto';
import { publishedName } from '../spaces/publishedName.ts';
import { hypervolume, normalizedHypervolume } from './indicators.ts';
import { valid } from './objective.ts';
import type { Objective } from './objective.ts';
import { paretoFront } from './pareto.ts';
import type { ParetoPoint } from './pareto.ts';
import { countMacs, fitsDevice } from './problem.ts';
import type { SearchProblem } from './problem.ts';
import { referencePoints } from './referencePoints.ts';
import type { Evaluated, SearchState } from './state.ts';

/** One architecture of one device's front. */
export interface FrontEntry {
  /** Short name made from the key: the same architecture has the same id on every device and in every study. */
  readonly id: string;
  readonly key: string;
  /** The name under which the space publishes this architecture, if it does. */
  readonly name?: string;
  readonly arch: unknown;
  /** Of the objective, larger is better. */
  readonly value: number;
  readonly latencyMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  /** Multiply-accumulates of one forward pass of one image. */
  readonly macs: number;
  readonly params?: number;
}

export interface DeviceFront {
  readonly device: string;
  readonly maxMs?: number;
  /** By ascending latency, and so by ascending value. */
  readonly front: readonly FrontEntry[];
  /** In ms x value, up to the reference point. */
  readonly hypervolume: number;
  /** The same as a share of the largest one (`normalizedHypervolume`). */
  readonly normalizedHypervolume: number;
  readonly referencePoint: ParetoPoint;
  /** Architectures evaluated that are within this device's budget. */
  readonly evaluated: number;
  /** Hypervolume after each batch (the initial population, then the generations) against evaluations so far. */
  readonly progress: readonly { readonly evaluations: number; readonly hypervolume: number }[];
  /**
   * Evaluations after which 95 % of the best known hypervolume was reached, null if it was not. Results from before
   * this was counted have none.
   */
  readonly evaluationsTo95Percent?: number | null;
}

/** An architecture of the list that looks at values alone. */
export interface TopEntry extends Omit<FrontEntry, 'latencyMs' | 'lowMs' | 'highMs'> {
  /** Predicted, by device. */
  readonly latencyMs: Readonly<Record<string, number>>;
}

/** What a search found; resultFile.ts has the form in which a study stores it. */
export interface SearchResult {
  readonly space: string;
  readonly classes: number;
  readonly objective: Objective;
  /** Evaluations spent; each served all devices. */
  readonly evaluations: number;
  /** How many of them gave no valid score. */
  readonly invalid: number;
  readonly devices: readonly DeviceFront[];
  /** Those of highest value, whatever their latencies, best first; kept for scores alone. */
  readonly top: readonly TopEntry[];
}

/** How many architectures `SearchResult.top` holds. */
const topCount = 10;

/**
 * The front of every device among everything evaluated so far; the search may still be going on.
 * @param given reference points by device, where the default (referencePoints.ts) is not wanted.
 * @param bestHypervolumes by device, the best known one up to the same reference point, where another search or an
 * exhaustive one has found more than this one.
 */
export function searchResult<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  given: Readonly<Record<string, ParetoPoint>> = {},
  bestHypervolumes: Readonly<Record<string, number>> = {},
): SearchResult {
  const references = referencePoints(problem, state.archive);
  const evaluated = valid(state.archive);
  return {
    space: state.space,
    classes: problem.classes,
    objective: problem.objective,
    evaluations: state.archive.length,
    invalid: state.archive.length - evaluated.length,
    devices: problem.devices.map((device, index) => deviceFront(problem, state, index, given[device.name] ?? references[index],
      bestHypervolumes[device.name])),
    top: problem.objective.kind === 'score' ? topEntries(problem, evaluated) : [],
  };
}

/** How large each device's front is, while the search goes on. */
export function frontSizes<A>(problem: SearchProblem<A>, state: SearchState<A>): { device: string; size: number; hypervolume: number }[] {
  const references = referencePoints(problem, state.archive);
  const evaluated = valid(state.archive);
  return problem.devices.map(({ name: device }, index) => {
    const front = paretoFront(evaluated.filter(({ latencies }) => fitsDevice(problem.devices, state.settings, latencies, index))
      .map(({ value, latencies }) => ({ value, latencyMs: latencies[index].latencyMs })));
    return { device, size: front.length, hypervolume: hypervolume(front, references[index]) };
  });
}

/** Latency on one device and value of everything evaluated, in budget or not: the grey dots of a picture. */
export function evaluatedPoints<A>(state: SearchState<A>, device: number): ParetoPoint[] {
  return valid(state.archive).map(({ latencies, value }) => ({ latencyMs: latencies[device].latencyMs, value }));
}

function deviceFront<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  index: number,
  referencePoint: ParetoPoint,
  bestHypervolume?: number,
): DeviceFront {
  const device = problem.devices[index];
  const feasible = valid(state.archive)
    .filter(({ latencies }) => fitsDevice(problem.devices, state.settings, latencies, index))
    .map((one) => ({ ...one, ...one.latencies[index] }));
  const front = paretoFront(feasible);
  const found = hypervolume(front, referencePoint);
  return {
    device: device.name,
    ...(device.maxMs === undefined ? {} : { maxMs: device.maxMs }),
    front: front.map((one) => frontEntry(problem, one)),
    hypervolume: found,
    normalizedHypervolume: normalizedHypervolume(front, referencePoint, problem.objective.kind === 'score' ? front.at(-1)?.value : undefined),
    referencePoint: { latencyMs: referencePoint.latencyMs, value: referencePoint.value },
    evaluated: feasible.length,
    progress: progress(state, feasible, referencePoint),
    evaluationsTo95Percent: evaluationsTo(0.95 * Math.max(found, bestHypervolume ?? 0), state, index, referencePoint),
  };
}

function frontEntry<A>(
  problem: SearchProblem<A>,
  one: Rated<A> & { readonly latencyMs: number; readonly lowMs: number; readonly highMs: number },
): FrontEntry {
  const { latencyMs, lowMs, highMs } = one;
  return { ...namedEntry(problem, one), latencyMs, lowMs, highMs, ...costs(problem, one.arch) };
}

type Rated<A> = Pick<Evaluated<A>, 'key' | 'arch'> & { readonly value: number };

function namedEntry<A>({ space }: SearchProblem<A>, { key, arch, value }: Rated<A>) {
  const name = publishedName(space, arch);
  return { id: architectureId(key), key, ...(name === undefined ? {} : { name }), arch, value };
}

function costs<A>(problem: SearchProblem<A>, arch: A) {
  const params = problem.countParams?.(arch);
  return { macs: countMacs(problem, arch), ...(params === undefined ? {} : { params }) };
}

function topEntries<A>(problem: SearchProblem<A>, evaluated: readonly (Rated<A> & Pick<Evaluated<A>, 'latencies'>)[]): TopEntry[] {
  return evaluated.toSorted((a, b) => b.value - a.value).slice(0, topCount).map((one) => ({
    ...namedEntry(problem, one), ...costs(problem, one.arch),
    latencyMs: Object.fromEntries(problem.devices.map(({ name }, i) => [name, one.latencies[i].latencyMs])),
  }));
}

/** Eight hexadecimal digits that stand for an architecture in tables and file names. */
export function architectureId(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

function progress<A>(
  state: SearchState<A>,
  feasible: readonly (ParetoPoint & { batch: number })[],
  referencePoint: ParetoPoint,
): DeviceFront['progress'] {
  const counts = new Map<number, number>();
  for (const { batch } of state.archive) counts.set(batch, (counts.get(batch) ?? 0) + 1);
  const steps: DeviceFront['progress'][number][] = [];
  let front: readonly ParetoPoint[] = [];
  let evaluations = 0;
  let next = 0;
  for (let batch = 0; batch <= (state.archive.at(-1)?.batch ?? -1); batch++) {
    evaluations += counts.get(batch) ?? 0;
    const begin = next;
    while (next < feasible.length && feasible[next].batch <= batch) next++;
    // What an earlier batch's front dominates never comes back.
    front = paretoFront([...front, ...feasible.slice(begin, next)]);
    steps.push({ evaluations, hypervolume: hypervolume(front, referencePoint) });
  }
  return steps;
}

/** The fewest first evaluations whose hypervolume reaches the target; null if all of them do not. */
function evaluationsTo<A>(target: number, state: SearchState<A>, device: number, referencePoint: ParetoPoint): number | null {
  const reached = (count: number) => hypervolume(valid(state.archive.slice(0, count))
    .filter(({ latencies }) => fitsDevice(state.devices, state.settings, latencies, device))
    .map(({ value, latencies }) => ({ value, latencyMs: latencies[device].latencyMs })), referencePoint) >= target;
  if (!reached(state.archive.length)) return null;
  // More evaluations never make it smaller, so halving finds the place.
  let low = 0;
  let high = state.archive.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}
