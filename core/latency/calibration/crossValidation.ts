import { pooledQuantile } from '../conformal.ts';
import type { Freedom } from './evidence.ts';
import { fitRows } from './fitMeasured.ts';
import type { FitProblem, MeasuredFit } from './fitMeasured.ts';

/** Up to so many measurements are each left out alone; more are left out in parts. */
const mostAlone = 40;
const parts = 10;
/** A conformal interval of 90 % takes about twenty errors (latency.md, section 6). */
const expectedErrors = 20;

/** A measurement predicted by a fit that never saw it. */
export interface HeldOutPrediction {
  readonly place: number;
  readonly predictedMs: number;
  /** |log(predicted / measured)| over the standard deviation that the fit expected. */
  readonly studentised: number;
}

/**
 * Predicts each of some rows by a fit to all others but those of its part.
 * @param places of the rows to hold out, in random order
 * @param freedom of all the fits; without it, it is chosen anew for each, from what that fit sees
 */
export function crossValidate(problem: FitProblem, places: readonly number[], freedom?: Freedom): HeldOutPrediction[] {
  const count = places.length <= mostAlone ? places.length : parts;
  return Array.from({ length: count }, (_, part) => {
    const heldOut = places.filter((__, i) => i % count === part);
    const fit = fitRows(problem, problem.rows.map((__, i) => i).filter((i) => !heldOut.includes(i)), freedom);
    return heldOut.map((place) => {
      const { latencyMs, relativeVariance } = problem.rows[place];
      const predictedMs = fit.predictedMs[place];
      const deviation = Math.sqrt(fit.deviations[place] ** 2 + relativeVariance);
      return { place, predictedMs, studentised: Math.abs(Math.log(predictedMs / latencyMs)) / deviation };
    });
  }).flat();
}

export interface CalibratedInterval {
  /** Half-width for the logarithm of the latency of networks like the reference ones. */
  readonly logHalfWidth: number;
  /** Share of the held-out measurements inside an interval made from the others. */
  readonly observedCoverage: number;
  readonly method: string;
}

/**
 * The quantile of studentised errors (Papadopoulos, Gammerman and Vovk, Normalized nonconformity measures for regression
 * conformal prediction, 2008) times the reference networks' typical standard deviation. Studentising matters where the measured
 * networks were chosen at the ends of the space, which are harder to predict than others from the rest. Few errors make a quantile
 * that is wide or narrow by chance, so it is that of the errors together with as many as a conformal quantile would need, distributed as the
 * fit expects: with few networks the fit's own deviation decides, with many the errors do.
 *
 * The held-out networks are predicted by fits of the same freedom as the one to judge: chosen anew from what is left, it is another
 * model's each time, whose errors are wider, most of all without a network at the space's end.
 * @param places of the networks to hold out, in random order
 * @param reference places of the reference networks in the fit's rows
 */
export function calibratedInterval(
  problem: FitProblem, places: readonly number[], { deviations, freedom }: MeasuredFit, reference: readonly number[], coverage: number,
): CalibratedInterval {
  const heldOut = crossValidate(problem, places, freedom);
  const deviation = Math.sqrt(reference.reduce((sum, place) => sum + deviations[place] ** 2, 0) / reference.length);
  const scores = heldOut.map(({ studentised }) => studentised);
  const quantileOf = (some: readonly number[]) => pooledQuantile(some, coverage, expectedErrors);
  const inside = scores.filter((score, i) => score <= quantileOf(scores.filter((_, j) => j !== i)));
  return {
    logHalfWidth: quantileOf(scores) * deviation,
    observedCoverage: inside.length / scores.length,
    method: `Conformal on ${scores.length} measured networks, each predicted by a fit that never saw it, together with ${expectedErrors} errors as the fit expects them.`,
  };
}
