import { createHash } from 'node:crypto';
import { z } from 'zod';
import { publishedName } from '../spaces/publishedName.ts';
import { defaultReferencePoint, hypervolume, normalizedHypervolume } from './indicators.ts';
import { paretoFront } from './pareto.ts';
import type { ParetoPoint } from './pareto.ts';
import { countMacs, fitsDevice, predictLatencies } from './problem.ts';
import type { SearchProblem } from './problem.ts';
import type { SearchState } from './state.ts';

const pointSchema = z.object({ latencyMs: z.number(), accuracy: z.number() });

/** One architecture of one device's front. */
export const frontEntrySchema = z.object({
  /** Short name made from the key: the same architecture has the same id on every device and in every study. */
  id: z.string(),
  key: z.string(),
  /** The name under which the space publishes this architecture, if it does. */
  name: z.string().optional(),
  arch: z.unknown(),
  /** Fraction of correct answers, 0 to 1. */
  accuracy: z.number(),
  latencyMs: z.number(),
  lowMs: z.number(),
  highMs: z.number(),
  /** Multiply-accumulates of one forward pass of one image. */
  macs: z.number(),
  params: z.number().optional(),
});

export const deviceFrontSchema = z.object({
  device: z.string(),
  maxMs: z.number().optional(),
  /** By ascending latency, and so by ascending accuracy. */
  front: z.array(frontEntrySchema),
  /** In ms x accuracy, up to the reference point. */
  hypervolume: z.number(),
  /** The same as a share of `referencePoint.latencyMs * (1 - referencePoint.accuracy)`. */
  normalizedHypervolume: z.number(),
  referencePoint: pointSchema,
  /** Architectures evaluated that are within this device's budget. */
  evaluated: z.number(),
  /** Hypervolume after each batch (the initial population, then the generations) against evaluations so far. */
  progress: z.array(z.object({ evaluations: z.number(), hypervolume: z.number() })),
  /**
   * Evaluations after which 95 % of the best known hypervolume was reached, null if it was not. Results from before
   * this was counted have none.
   */
  evaluationsTo95Percent: z.number().nullable().optional(),
});

/** What a search found, as a study stores it. */
export const searchResultSchema = z.object({
  format: z.literal('pocketformer-fronts'),
  version: z.literal(1),
  space: z.string(),
  classes: z.number(),
  /** Accuracy evaluations spent; each served all devices. */
  evaluations: z.number(),
  devices: z.array(deviceFrontSchema),
});

export type FrontEntry = z.output<typeof frontEntrySchema>;
export type DeviceFront = z.output<typeof deviceFrontSchema>;
export type SearchResult = z.output<typeof searchResultSchema>;

/**
 * The front of every device among everything evaluated so far; the search may still be going on.
 * @param referencePoints by device, where the default (`defaultReferencePoint`) is not wanted.
 * @param bestHypervolumes by device, the best known one up to the same reference point, where another search or an
 * exhaustive one has found more than this one.
 */
export function searchResult<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  referencePoints: Readonly<Record<string, ParetoPoint>> = {},
  bestHypervolumes: Readonly<Record<string, number>> = {},
): SearchResult {
  const largest = predictLatencies(problem, problem.space.largest);
  return {
    format: 'pocketformer-fronts',
    version: 1,
    space: state.space,
    classes: problem.classes,
    evaluations: state.archive.length,
    devices: problem.devices.map((device, index) => deviceFront(problem, state, index,
      referencePoints[device.name] ?? defaultReferencePoint(device, largest[index].latencyMs, problem.classes),
      bestHypervolumes[device.name])),
  };
}

/** Latency on one device and accuracy of everything evaluated, in budget or not: the grey dots of a picture. */
export function evaluatedPoints<A>(state: SearchState<A>, device: number): ParetoPoint[] {
  return state.archive.map(({ latencies, accuracy }) => ({ latencyMs: latencies[device].latencyMs, accuracy }));
}

function deviceFront<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  index: number,
  referencePoint: ParetoPoint,
  bestHypervolume?: number,
): DeviceFront {
  const device = problem.devices[index];
  const feasible = state.archive
    .filter(({ latencies }) => fitsDevice(problem.devices, state.settings, latencies, index))
    .map((one) => ({ ...one, ...one.latencies[index] }));
  const front = paretoFront(feasible);
  const found = hypervolume(front, referencePoint);
  return {
    device: device.name,
    ...(device.maxMs === undefined ? {} : { maxMs: device.maxMs }),
    front: front.map((one) => frontEntry(problem, one)),
    hypervolume: found,
    normalizedHypervolume: normalizedHypervolume(front, referencePoint),
    referencePoint: { latencyMs: referencePoint.latencyMs, accuracy: referencePoint.accuracy },
    evaluated: feasible.length,
    progress: progress(state, feasible, referencePoint),
    evaluationsTo95Percent: evaluationsTo(0.95 * Math.max(found, bestHypervolume ?? 0), state, index, referencePoint),
  };
}

function frontEntry<A>(
  problem: SearchProblem<A>,
  one: { key: string; arch: A; accuracy: number; latencyMs: number; lowMs: number; highMs: number },
): FrontEntry {
  const { space } = problem;
  const name = publishedName(space, one.arch);
  const params = problem.countParams?.(one.arch);
  return {
    id: architectureId(one.key),
    key: one.key,
    ...(name === undefined ? {} : { name }),
    arch: one.arch,
    accuracy: one.accuracy,
    latencyMs: one.latencyMs,
    lowMs: one.lowMs,
    highMs: one.highMs,
    macs: countMacs(problem, one.arch),
    ...(params === undefined ? {} : { params }),
  };
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
  const batches = state.archive.at(-1)?.batch ?? -1;
  const steps: DeviceFront['progress'] = [];
  for (let batch = 0; batch <= batches; batch++) {
    steps.push({
      evaluations: state.archive.filter((one) => one.batch <= batch).length,
      hypervolume: hypervolume(feasible.filter((one) => one.batch <= batch), referencePoint),
    });
  }
  return steps;
}

/** The fewest first evaluations whose hypervolume reaches the target; null if all of them do not. */
function evaluationsTo<A>(target: number, state: SearchState<A>, device: number, referencePoint: ParetoPoint): number | null {
  const reached = (count: number) => hypervolume(state.archive.slice(0, count)
    .filter(({ latencies }) => fitsDevice(state.devices, state.settings, latencies, device))
    .map(({ accuracy, latencies }) => ({ accuracy, latencyMs: latencies[device].latencyMs })), referencePoint) >= target;
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
