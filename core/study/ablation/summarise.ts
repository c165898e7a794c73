import { spreadOf, type Spread } from '../../base/spread.ts';
import { bestAccuracy, meanAccuracy, type BucketResult, type RunResult } from './runResult.ts';
import { inOrder, variantNamed } from './variants.ts';

/** One variant at one level of MACs. */
export interface LevelSummary {
  readonly fromMacs: number;
  readonly toMacs: number;
  /** Of the best of the level's subnets, chosen on other images than judged. */
  readonly best: Spread;
  /** Of the level's subnets that all variants are judged by. */
  readonly mean: Spread;
  /** `best` minus that of the variant before with the same seed; null where there is none to compare with. */
  readonly gain: Spread | null;
}

export interface VariantSummary {
  readonly name: string;
  readonly title: string;
  readonly levels: readonly LevelSummary[];
  readonly trainingSeconds: Spread;
  /** Cosines averaged over seeds, [sizes][sizes]; null where none were measured. */
  readonly conflict: { readonly macs: readonly number[]; readonly before: (number | null)[][]; readonly after: (number | null)[][] } | null;
}

/** Puts the runs of an ablation together, variants in the order in which parts are added. */
export function summariseAblation(runs: readonly RunResult[]): VariantSummary[] {
  const present = inOrder([...new Set(runs.map(({ variant }) => variant))]).map(variantNamed);
  return present.map(({ name, title }, i): VariantSummary => {
    const own = runs.filter(({ variant }) => variant === name);
    const before = i === 0 ? [] : runs.filter(({ variant }) => variant === present[i - 1].name);
    const levels = own[0].buckets.map(({ fromMacs, toMacs }, level): LevelSummary => {
      const each = (of: (bucket: BucketResult) => number) => spreadOf(own.map(({ buckets }) => of(buckets[level])));
      const gains = own.flatMap(({ seed, buckets }) => before.filter((other) => other.seed === seed)
        .map((other) => bestAccuracy(buckets[level]) - bestAccuracy(other.buckets[level])));
      return { fromMacs, toMacs, best: each(bestAccuracy), mean: each(meanAccuracy), gain: gains.length === 0 ? null : spreadOf(gains) };
    });
    return { name, title, levels, trainingSeconds: spreadOf(own.map((run) => run.trainingSeconds)), conflict: meanConflict(own) };
  });
}

function meanConflict(runs: readonly RunResult[]): VariantSummary['conflict'] {
  const measured = runs.flatMap(({ conflict }) => conflict ? [conflict] : []);
  if (measured.length === 0) return null;
  const average = (matrices: readonly (readonly (readonly (number | null)[])[])[]) => matrices[0].map((row, i) => row.map((_, j) => {
    const values = matrices.flatMap((matrix) => matrix[i][j] ?? []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  }));
  return {
    macs: measured[0].after.macs, before: average(measured.map((one) => one.before.cosine)), after: average(measured.map((one) => one.after.cosine)),
  };
}
