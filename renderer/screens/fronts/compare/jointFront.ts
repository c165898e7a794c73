import { hypervolume } from '../../../../core/search/indicators.ts';
import { paretoFront } from '../../../../core/search/pareto.ts';
import type { ParetoPoint } from '../../../../core/search/pareto.ts';

/** What one study has of the front of all studies together. */
export interface Contribution {
  /** Members of the joint front that this study found, also where others found equal ones. */
  readonly members: number;
  /** Of the joint front's trade-offs, 0 to 1; shares add up to more than 1 where studies found equal ones. */
  readonly share: number;
  /** In ms x value: what the joint front would lose without this study. */
  readonly exclusive: number;
}

export interface JointFront {
  readonly front: readonly ParetoPoint[];
  readonly hypervolume: number;
  /** In the order of the studies. */
  readonly contributions: readonly Contribution[];
}

/** The front of several studies' fronts on one device, and what each study gives to it. */
export function jointFront(fronts: readonly (readonly ParetoPoint[])[], reference: ParetoPoint): JointFront {
  const front = paretoFront(fronts.flat());
  const onFront = new Set(front.map(placeOf));
  const volume = hypervolume(front, reference);
  return {
    front,
    hypervolume: volume,
    contributions: fronts.map((own, study) => {
      const members = new Set(own.map(placeOf).filter((place) => onFront.has(place))).size;
      const others = fronts.flatMap((points, i) => (i === study ? [] : points));
      return { members, share: front.length === 0 ? 0 : members / front.length, exclusive: volume - hypervolume(others, reference) };
    }),
  };
}

/**
 * One reference point for several studies: the largest of their latencies and the smallest of their values, so that
 * no front is cut that its own study would count. Null when there is none.
 */
export function commonReference(references: readonly (ParetoPoint | null)[]): ParetoPoint | null {
  const known = references.filter((reference) => reference !== null);
  if (known.length === 0) return null;
  return { latencyMs: Math.max(...known.map((r) => r.latencyMs)), value: Math.min(...known.map((r) => r.value)) };
}

const placeOf = ({ latencyMs, value }: ParetoPoint): string => `${latencyMs} ${value}`;
