import type { Block } from '../../network/blocks.ts';
import { latencyKinds } from '../features.ts';
import type { LatencyKind, TermName } from '../features.ts';
import { partsOf } from '../kindModel.ts';
import type { KindModel, KindPart, Roofline } from '../kindModel.ts';
import { designOf, relativeRows, scalesOf } from './design.ts';
import type { Design, KnownDevice, MeasuredBlocks } from './design.ts';
import { probableFreedom } from './evidence.ts';
import type { Freedom } from './evidence.ts';
import type { Prior } from './prior.ts';
import { solve, solved } from './regression.ts';
import type { Solution } from './regression.ts';
import { deviationsOfPredictions } from './uncertainty.ts';
import { unexplainedVariances } from './unexplained.ts';

/** A prepared fit: everything that does not depend on which of the measurements are used. */
export interface FitProblem {
  readonly rows: readonly MeasuredBlocks[];
  readonly devices: readonly KnownDevice[];
  /** Of the measurements, then of the reference networks; in ms. */
  readonly design: Design;
  readonly prior: Prior;
}

export interface MeasuredFit extends Solution {
  /** What each known device's predictions were multiplied by before anything else. */
  readonly scales: readonly number[];
  readonly freedom: Freedom;
  /** What the fit says of each row of the design, used or not, in ms. */
  readonly predictedMs: readonly number[];
  /** Standard deviation of a measurement of each row about that, as a share. */
  readonly deviations: readonly number[];
}

/**
 * @param devices at least one, which together know all kinds of blocks that occur
 * @param reference networks of the kind that will be predicted
 */
export function fitProblem(
  rows: readonly MeasuredBlocks[], devices: readonly KnownDevice[], prior: Prior, reference: readonly (readonly Block[])[],
): FitProblem {
  const design = designOf([...rows.map(({ blocks }) => blocks), ...reference], devices);
  const unexplained = unexplainedVariances(design, reference.length > 0 ? rows.length : 0, prior);
  return { rows, devices, design: { ...design, unexplained }, prior };
}

/**
 * Fits the chosen rows of a problem.
 * @param chosen places among the rows, at least one
 * @param given freedom; without it, the one that the chosen rows make probable
 */
export function fitRows({ rows, design, prior }: FitProblem, chosen: readonly number[], given?: Freedom): MeasuredFit {
  const latenciesMs = chosen.map((i) => rows[i].latencyMs);
  const scales = scalesOf(design, chosen, latenciesMs);
  const measured = relativeRows(design, chosen, latenciesMs, scales);
  const variances = chosen.map((i) => rows[i].relativeVariance);
  const freedom = given ?? probableFreedom(measured, variances, prior);
  const solution = solve(measured, variances, freedom);
  const all = design.rows.map((_, i) => i);
  const predictedMs = solved(relativeRows(design, all, all.map(() => 1), scales), solution);
  return {
    ...solution, scales, freedom, predictedMs,
    deviations: deviationsOfPredictions(measured, variances, freedom, relativeRows(design, all, predictedMs, scales)),
  };
}

/** A solution as models of the kinds that occur. */
export function kindsOfFit({ devices, design }: FitProblem, { scales, multipliers, gridShifts }: MeasuredFit): Partial<Record<LatencyKind, KindModel>> {
  const kinds: Partial<Record<LatencyKind, KindModel>> = {};
  for (const kind of latencyKinds) {
    const columns = design.columns.flatMap((column, j) => (column.kind === kind ? [{ ...column, multiplier: multipliers[j] }] : []));
    if (columns.length === 0) continue;
    const knowing = devices.flatMap(({ name, kinds: known }, device) => (known[kind] === undefined ? [] : [{ name, device, model: known[kind] }]));
    const parts = knowing.flatMap(({ name, device, model }) => partsOf(model).map((known, part) => ({
      name: name ?? ('from' in known ? known.from : undefined),
      roofline: scaledRoofline(known.roofline, scales[device] / knowing.length,
        columns.filter((column) => column.device === device && column.part === part)),
      ...(known.correction === undefined ? {} : { correction: known.correction }),
      ...gridFactorsOf(known, design.grids, gridShifts),
    }))).filter(({ roofline }) => Object.keys(roofline).length > 0);
    const own = parts.find(({ name }) => name === undefined);
    const transferred = parts.flatMap(({ name, ...part }) => (name === undefined ? [] : [{ from: name, ...part }]));
    kinds[kind] = { ...(own === undefined ? { roofline: {} } : withoutName(own)), ...(transferred.length > 0 ? { transferred } : {}) };
  }
  return kinds;
}

const withoutName = ({ name: _, ...part }: KindPart & { name?: string }): KindPart => part;

function scaledRoofline(roofline: Roofline, scale: number, columns: readonly { term: TermName; multiplier: number }[]): Roofline {
  return Object.fromEntries(columns.flatMap(({ term, multiplier }) => {
    const value = (roofline[term] ?? 0) * scale * multiplier;
    return value > 0 ? [[term, Number(value.toPrecision(6))]] : [];
  }));
}

function gridFactorsOf({ gridFactors = {} }: KindPart, grids: readonly string[], shifts: readonly number[]): Pick<KindPart, 'gridFactors'> {
  const factors = { ...gridFactors };
  grids.forEach((grid, g) => { factors[grid] = Number(((factors[grid] ?? 1) * (1 + shifts[g])).toFixed(5)); });
  const uneven = Object.entries(factors).filter(([, factor]) => factor !== 1).sort(([a], [b]) => Number(a) - Number(b));
  return uneven.length > 0 ? { gridFactors: Object.fromEntries(uneven) } : {};
}
