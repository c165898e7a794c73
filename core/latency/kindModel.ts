import type { Block } from '../network/blocks.ts';
import { boostTrees, predictTrees } from './boostedTrees.ts';
import type { BoostingOptions, Tree } from './boostedTrees.ts';
import { geometryOf, termNames, termsOf } from './features.ts';
import type { TermName } from './features.ts';
import type { MeasuredBlock } from './lut/table.ts';
import { nonNegativeLeastSquares } from './nnls.ts';

/** Non-negative ms per unit of work (features.ts); what is missing costs nothing. */
export type Roofline = Readonly<Partial<Record<TermName, number>>>;

/** Trees on the logarithm of measured / roofline, and the names of the columns they look at. */
export interface Correction {
  readonly features: readonly string[];
  readonly trees: readonly Tree[];
}

/** Roofline times correction times grid factor. */
export interface KindPart {
  readonly roofline: Roofline;
  readonly correction?: Correction;
  /** Factors for feature maps of one size, by `gridKeyOf` the block; 1 for others. */
  readonly gridFactors?: Readonly<Record<string, number>>;
}

export interface KindModel extends KindPart {
  /** What is added to the above: models of other devices, their coefficients fitted to this one. */
  readonly transferred?: readonly TransferredPart[];
}

export interface TransferredPart extends KindPart {
  /** Name of the other device. */
  readonly from: string;
}

export interface FitSettings {
  readonly boosting: BoostingOptions;
  /** Fewer rows than this get no trees: below about 40 a correction does not pay (latency.md section 4). */
  readonly minRowsForTrees: number;
}

export const defaultFitSettings: FitSettings = {
  boosting: { trees: 60, depth: 3, learningRate: 0.25, minLeafRows: 5, shrinkage: 1 },
  minRowsForTrees: 40,
};

/** Latency in ms = sum over terms of coefficient x work. */
export function rooflineMs(roofline: Roofline, block: Block): number {
  const terms = termsOf(block);
  return termNames.reduce((sum, name) => sum + (roofline[name] ?? 0) * terms[name], 0);
}

/** exp(trees): what the roofline is multiplied by. */
export function correctionFactor({ features, trees }: Correction, block: Block): number {
  const columns = treeFeaturesOf(block);
  return Math.exp(predictTrees(trees, features.map((name) => columns[name] ?? 0)));
}

/** What a model of its kind says of a block, in ms. */
export function kindMs(kind: KindModel, block: Block): number {
  return partsOf(kind).reduce((sum, part) => sum + rooflineMs(part.roofline, block) * factorOf(part, block), 0);
}

/** The same without corrections, in ms. */
export function uncorrectedMs(kind: KindModel, block: Block): number {
  return partsOf(kind).reduce((sum, { roofline }) => sum + rooflineMs(roofline, block), 0);
}

export function partsOf({ roofline, correction, gridFactors, transferred = [] }: KindModel): readonly (KindPart | TransferredPart)[] {
  return [{ roofline, correction, gridFactors }, ...transferred];
}

/** What a part's roofline is multiplied by. */
export function factorOf({ correction, gridFactors }: KindPart, block: Block): number {
  const grid = gridFactors === undefined ? undefined : gridFactors[gridKeyOf(block) ?? ''];
  return (grid ?? 1) * (correction ? correctionFactor(correction, block) : 1);
}

/** Width of the square map that the block works on; undefined for blocks on tokens alone. */
export function gridKeyOf(block: Block): string | undefined {
  const { grid } = geometryOf(block);
  return grid === undefined ? undefined : String(Number(grid.toFixed(2)));
}

/** Everything trees may look at, by name. */
export function treeFeaturesOf(block: Block): Record<string, number> {
  const { input, output } = block;
  const widest = 'hiddenChannels' in block ? block.hiddenChannels : output.channels;
  return {
    ...geometryOf(block),
    ...termsOf(block),
    outputPositions: output.height * output.width,
    inputAlignment: alignment(input.channels),
    outputAlignment: alignment(output.channels),
    rowAlignment: alignment(widest * input.width),
  };
}

/**
 * How often 2 divides a count. Rows that are large powers of two apart compete for the same cache lines, and kernels
 * finish multiples of their tile faster: both make latency uneven in the number of channels.
 */
function alignment(count: number): number {
  let exponent = 0;
  for (let rest = count; rest > 0 && rest % 2 === 0 && exponent < 16; rest /= 2) exponent++;
  return exponent;
}

/**
 * The roofline whose relative errors have the least squares (each row is divided by its latency), then boosted trees
 * on what is left in log space.
 */
export function fitKind(rows: readonly MeasuredBlock[], settings: FitSettings = defaultFitSettings): KindModel {
  const roofline = fitRoofline(rows);
  if (rows.length < settings.minRowsForTrees || settings.boosting.trees === 0) return { roofline };
  const tables = rows.map(({ block }) => treeFeaturesOf(block));
  const features = Object.keys(tables[0]).filter((name) => tables.some((row) => row[name] !== tables[0][name]));
  const trees = boostTrees(
    tables.map((row) => features.map((name) => row[name])),
    rows.map(({ block, latencyMs }) => Math.log(latencyMs / rooflineMs(roofline, block))),
    settings.boosting,
  );
  return { roofline, correction: { features, trees } };
}

export function fitRoofline(rows: readonly MeasuredBlock[]): Roofline {
  const work = rows.map(({ block, latencyMs }) => {
    const terms = termsOf(block);
    return termNames.map((name) => terms[name] / latencyMs);
  });
  const coefficients = nonNegativeLeastSquares(work, rows.map(() => 1));
  return Object.fromEntries(termNames.flatMap((name, i) =>
    // Rounded here, so that the trees are fitted to exactly what a file holds.
    (coefficients[i] > 0 ? [[name, Number(coefficients[i].toPrecision(6))]] : [])));
}
