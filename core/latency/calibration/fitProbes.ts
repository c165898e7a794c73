import type { Random } from '../../base/random.ts';
import type { Block } from '../../network/blocks.ts';
import { boostTrees, predictTrees } from '../boostedTrees.ts';
import { geometryOf, latencyKindOf } from '../features.ts';
import type { LatencyKind } from '../features.ts';
import { defaultFitSettings, kindMs, partsOf, treeFeaturesOf } from '../kindModel.ts';
import type { Correction, FitSettings, KindModel } from '../kindModel.ts';
import type { KnownDevice, MeasuredBlocks } from './design.ts';
import { fitProblem, fitRows, kindsOfFit } from './fitMeasured.ts';
import type { Prior } from './prior.ts';

export interface ProbedDevice extends KnownDevice {
  /** Kinds that got trees, because these predicted unseen configurations better. */
  readonly corrected: readonly LatencyKind[];
}

/** Trees stay where they lower the squared error of unseen configurations by at least this share. */
const leastGain = 0.05;
const parts = 5;
/** Rates are few: more blocks than these tell hardly more about them, and take time that grows with the cube. Trees see all. */
const mostForRates = 700;

/**
 * The device as far as blocks measured alone tell it: the fit of whole networks, each probe being a network of its own, and
 * boosted trees on what is left of a kind with enough probes.
 * @param probes each of one block
 * @param others blocks that will be predicted too
 */
export function fitProbes(
  probes: readonly MeasuredBlocks[], devices: readonly KnownDevice[], prior: Prior, others: readonly (readonly Block[])[], random: Random,
  settings: FitSettings = defaultFitSettings,
): ProbedDevice {
  const rows = random.fork('order').shuffled(probes);
  const problem = fitProblem(rows.slice(0, mostForRates), devices, prior, others);
  const kinds = kindsOfFit(problem, fitRows(problem, problem.rows.map((_, i) => i)));
  const corrected: LatencyKind[] = [];
  for (const kind of Object.keys(kinds) as LatencyKind[]) {
    const model = kinds[kind]!;
    const ofKind = rows.flatMap(({ blocks: [block], latencyMs }) =>
      (latencyKindOf(block) === kind ? [{ block, logRatio: Math.log(latencyMs / kindMs(model, block)) }] : []));
    if (ofKind.length < settings.minRowsForTrees || !treesPay(ofKind, settings, random.fork(kind))) continue;
    kinds[kind] = withCorrection(model, fitCorrection(ofKind, settings));
    corrected.push(kind);
  }
  return { kinds, corrected };
}

interface Left {
  readonly block: Block;
  /** log(measured / predicted). */
  readonly logRatio: number;
}

/** Whether trees predict blocks of other configurations (shapes without their grid) better than no correction. */
function treesPay(rows: readonly Left[], settings: FitSettings, random: Random): boolean {
  const configurationOf = ({ block }: Left) => JSON.stringify({ ...geometryOf(block), grid: undefined });
  const dealt = random.shuffled([...new Set(rows.map(configurationOf))].sort());
  const partOf = new Map(dealt.map((name, i) => [name, i % parts]));
  let [without, withTrees] = [0, 0];
  for (let part = 0; part < Math.min(parts, dealt.length); part++) {
    const correction = fitCorrection(rows.filter((row) => partOf.get(configurationOf(row)) !== part), settings);
    for (const row of rows.filter((each) => partOf.get(configurationOf(each)) === part)) {
      without += row.logRatio ** 2;
      withTrees += (row.logRatio - logCorrection(correction, row.block)) ** 2;
    }
  }
  return dealt.length > 1 && withTrees < (1 - leastGain) * without;
}

function fitCorrection(rows: readonly Left[], { boosting }: FitSettings): Correction {
  const tables = rows.map(({ block }) => treeFeaturesOf(block));
  const features = Object.keys(tables[0] ?? {}).filter((name) => tables.some((row) => row[name] !== tables[0][name]));
  return { features, trees: boostTrees(tables.map((row) => features.map((name) => row[name])), rows.map(({ logRatio }) => logRatio), boosting) };
}

function logCorrection({ features, trees }: Correction, block: Block): number {
  const columns = treeFeaturesOf(block);
  return predictTrees(trees, features.map((name) => columns[name] ?? 0));
}

function withCorrection(model: KindModel, correction: Correction): KindModel {
  const [own, ...transferred] = partsOf(model).map((part) => ({ ...part, correction: joined(part.correction, correction) }));
  return { ...own, ...(transferred.length > 0 ? { transferred: transferred as KindModel['transferred'] } : {}) };
}

/** The product of two corrections: the trees of both. */
function joined(first: Correction | undefined, second: Correction): Correction {
  if (first === undefined) return second;
  const features = [...first.features, ...second.features];
  const moved = second.trees.map((tree) => ({
    ...tree, feature: tree.feature.map((column) => (column < 0 ? column : column + first.features.length)),
  }));
  return { features, trees: [...first.trees, ...moved] };
}
