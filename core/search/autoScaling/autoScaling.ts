import { InputError } from '../../base/errors.ts';
import type { StagedSize } from '../../spaces/space.ts';
import type { Measure } from '../measure.ts';
import { grownSizes } from './growth.ts';
import { bestCandidate, type Estimate } from './ranking.ts';
import type { AutoScalingSettings } from './settings.ts';

/** What is scaled. Widths are those at which networks are measured, which may be a fraction of their own. */
export interface ScalingProblem {
  readonly measures: readonly Measure[];
  /** Parameters of the network of a size, at its own width. */
  countParams(size: StagedSize): number;
  /** Whether a size may be reached at all, such as within the budgets of devices. Must be deterministic. */
  accepts(size: StagedSize): boolean;
}

/** A size with its measures; null where they could not be taken. */
export interface MeasuredSize {
  readonly size: StagedSize;
  readonly params: number;
  readonly estimates: readonly Estimate[] | null;
}

/** The sizes that a step chooses from. @throws InputError `nothing-found` when the limits leave none */
export function scalingCandidates(problem: ScalingProblem, from: StagedSize, settings: AutoScalingSettings): StagedSize[] {
  const candidates = grownSizes(from, settings.widthRatios)
    .filter((size) => problem.countParams(size) <= settings.dropAboveParams && problem.accepts(size));
  if (candidates.length === 0) {
    throw new InputError('nothing-found', `No larger network is within the limits: scaling ends at width ${from.width}, depths ${from.depths.join(', ')}.`);
  }
  return candidates;
}

/**
 * The size that a step goes on with.
 * @throws InputError `invalid-measures` when no candidate could be measured
 */
export function chooseSize(problem: ScalingProblem, measured: readonly MeasuredSize[], settings: AutoScalingSettings): MeasuredSize {
  const valid = measured.filter((one): one is MeasuredSize & { estimates: readonly Estimate[] } => one.estimates !== null);
  if (valid.length === 0) throw new InputError('invalid-measures', 'None of the candidates could be measured; try another seed or more images.');
  return valid[bestCandidate(valid, problem.measures, settings.ranking, settings.significance)];
}

/** Whether scaling ends with this size. */
export function isLargeEnough(problem: ScalingProblem, size: StagedSize, { maxParams }: AutoScalingSettings): boolean {
  return problem.countParams(size) >= maxParams;
}
