import { defaultReferencePoint } from './indicators.ts';
import { referenceValue } from './objective.ts';
import type { Outcome } from './objective.ts';
import type { ParetoPoint } from './pareto.ts';
import { predictLatencies } from './problem.ts';
import type { SearchProblem } from './problem.ts';

/** The default reference point of every device, from what a search has evaluated so far. */
export function referencePoints<A>(
  problem: SearchProblem<A>, archive: readonly { readonly value: Outcome; readonly batch: number }[],
): ParetoPoint[] {
  const largest = predictLatencies(problem, problem.space.largest);
  const first = archive.flatMap(({ value, batch }) => (batch === 0 && value !== 'invalid' ? [value] : []));
  const value = referenceValue(problem.objective, problem.classes, first);
  return problem.devices.map((device, i) => defaultReferencePoint(device, largest[i].latencyMs, value));
}
