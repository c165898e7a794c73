import { InputError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { shapeOf } from '../blockShape.ts';
import { conformalQuantile } from '../conformal.ts';
import { crossFit, crossFitParts } from '../crossFit.ts';
import type { CrossFitted } from '../crossFit.ts';
import type { DeviceModel } from '../deviceModel.ts';
import { evaluation } from '../evaluation.ts';
import { geometryOf, latencyKindOf } from '../features.ts';
import { fitKinds } from '../fit.ts';
import { defaultFitSettings } from '../kindModel.ts';
import type { Target } from '../measurements/record.ts';
import type { MeasuredBlocks } from './design.ts';

/** One for each part, so that no fit has none. */
const leastOfKind = crossFitParts.total;

/**
 * Standard deviation of what happens between blocks, as a share: nothing that was measured tells it. On one processor's threads caches and
 * layouts pass from block to block; on other devices the sum of operators is 8 to 45 % away from whole networks (latency.md,
 * section 3).
 */
const betweenBlocks = { processor: 0.05, other: 0.3 } as const;
const onProcessor = ['cpu', 'xnnpack', 'wasm'];
const normalQuantile90 = 1.645;

/**
 * What blocks alone tell of a device: fitted as the published phones' tables are (fit.ts), a network being the sum of its
 * blocks. Errors are those on sums: each block of random networks is replaced by the measured one that is most like it, and
 * predicted by a model that never saw its configuration. The interval adds an assumption about what happens between blocks.
 * @param reference networks of the kind that will be predicted; half of them make the interval, half try it
 * @throws InputError `too-few-blocks` where a kind of blocks of these networks was hardly measured
 */
export function calibrateBlocks(
  probes: readonly MeasuredBlocks[], reference: readonly Network[], { provider }: Target, coverage: number, random: Random,
): Pick<DeviceModel, 'kinds' | 'fallback' | 'evaluations' | 'heldOut' | 'interval' | 'speaksFor'> & { method: string } {
  requireEnough(probes, reference);
  const rows = probes.map(({ blocks: [block], latencyMs }) => ({ block, latencyMs }));
  const measuredLike = nearestOf(crossFit(rows, random.fork('cross-fit'), defaultFitSettings));
  const sums = reference.map(({ blocks }) => blocks.map(measuredLike).reduce(
    (sum, row) => ({ measuredMs: sum.measuredMs + row.latencyMs, predictedMs: sum.predictedMs + row.predictedMs }), { measuredMs: 0, predictedMs: 0 }));
  const errors = sums.map(({ measuredMs, predictedMs }) => Math.abs(Math.log(predictedMs / measuredMs)));
  const half = errors.length >> 1;
  const ofSums = conformalQuantile(errors.slice(0, half), coverage);
  const assumed = onProcessor.includes(provider) ? betweenBlocks.processor : betweenBlocks.other;
  const title = `Sums of ${probes.length} measured blocks, those most like the blocks of ${reference.length} random networks; each block predicted by a model fitted `
    + `to ${100 * crossFitParts.fitted / crossFitParts.total} % of the configurations, its own not among them. No whole network was measured`;
  return {
    ...fitKinds(rows, coverage),
    evaluations: [evaluation(title, sums.map(({ measuredMs }) => measuredMs), sums.map(({ predictedMs }) => predictedMs))],
    heldOut: { title, pairs: sums.map(({ measuredMs, predictedMs }): [number, number] => [shortMs(measuredMs), shortMs(predictedMs)]) },
    interval: {
      coverage, logHalfWidth: Number(Math.hypot(ofSums, normalQuantile90 * assumed).toPrecision(4)), networks: half,
      method: `Split conformal on ${half} sums of blocks (${(100 * ofSums).toFixed(1)} %), together with an assumed deviation of ${100 * assumed} % between such sums and whole networks.`,
      observedCoverage: Number((errors.slice(half).filter((error) => error <= ofSums).length / (errors.length - half)).toFixed(4)),
    },
    speaksFor: [
      `The sum of separately measured blocks; no whole network was measured. That whole networks take as long to within ${100 * assumed} % (one standard deviation) is assumed, not known; `
        + 'measure some and calibrate with them, too.',
    ],
    method: 'Blocks alone, added up. Per kind of block: non-negative least squares of relative errors on physical terms, then boosted trees on what is left, where at least '
      + `${defaultFitSettings.minRowsForTrees} blocks were measured. Known devices take no part.`,
  };
}

function requireEnough(probes: readonly MeasuredBlocks[], reference: readonly Network[]): void {
  const measured = probes.map(({ blocks: [block] }) => latencyKindOf(block));
  const rare = [...new Set(reference.flatMap(({ blocks }) => blocks.map(latencyKindOf)))].filter((kind) => measured.filter((each) => each === kind).length < leastOfKind);
  if (rare.length === 0) return;
  throw new InputError('too-few-blocks', `There are measurements of ${probes.length} blocks alone and of no whole network; expected whole networks, or at least ${leastOfKind} blocks `
    + `of each kind that the space's networks have: there are fewer of ${rare.join(', ')}.`);
}

/** Finds the measured block of the same kind whose geometry is nearest on a logarithmic scale. */
function nearestOf(rows: readonly CrossFitted[]): (block: Block) => CrossFitted {
  const byKind = new Map<string, { row: CrossFitted; point: number[] }[]>();
  for (const row of rows) {
    const ofKind = byKind.get(row.kind);
    if (ofKind === undefined) byKind.set(row.kind, [{ row, point: pointOf(row.block) }]);
    else ofKind.push({ row, point: pointOf(row.block) });
  }
  const known = new Map<string, CrossFitted>();
  return (block) => {
    const kind = latencyKindOf(block);
    const shape = `${kind} ${shapeOf(block)}`;
    let nearest = known.get(shape);
    if (nearest === undefined) {
      const point = pointOf(block);
      let least = Infinity;
      for (const { row, point: other } of byKind.get(kind)!) {
        const distance = point.reduce((sum, value, d) => sum + (value - other[d]) ** 2, 0);
        if (distance < least) [least, nearest] = [distance, row];
      }
      known.set(shape, nearest!);
    }
    return nearest!;
  };
}

const pointOf = (block: Block) => Object.values(geometryOf(block)).map((value) => Math.log2(1 + value));
const shortMs = (ms: number) => Number(ms.toPrecision(4));
