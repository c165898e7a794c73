import type { Random } from '../base/random.ts';
import { geometryOf, latencyKindOf, latencyKinds } from './features.ts';
import type { LatencyKind } from './features.ts';
import { fitKind, kindMs } from './kindModel.ts';
import type { FitSettings } from './kindModel.ts';
import type { MeasuredBlock } from './lut/table.ts';

/** How many parts the configurations are dealt into, and on how many of them each model is fitted. */
export const crossFitParts = { total: 5, fitted: 3 } as const;

/** A measured block with the latency in ms that a model predicted which never saw its configuration. */
export interface CrossFitted extends MeasuredBlock {
  readonly kind: LatencyKind;
  readonly predictedMs: number;
}

/**
 * Predicts every measured block by a model fitted to other shapes. The configurations of a kind (its shape without the
 * grid, so that a width is held out at every resolution at once) are dealt into five parts; a block is predicted by
 * the model fitted to the three parts after its own. Kinds with fewer than ten configurations are dealt by shape.
 *
 * @param rows measurements; the result has the same order.
 */
export function crossFit(rows: readonly MeasuredBlock[], random: Random, settings: FitSettings): CrossFitted[] {
  const predicted = new Map<MeasuredBlock, CrossFitted>();
  for (const kind of latencyKinds) {
    const ofKind = rows.filter(({ block }) => latencyKindOf(block) === kind);
    if (ofKind.length === 0) continue;
    const partOf = dealtParts(ofKind, random.fork(kind));
    for (let part = 0; part < crossFitParts.total; part++) {
      const heldOut = ofKind.filter((row) => partOf(row) === part);
      const fitted = ofKind.filter((row) => {
        const ahead = (partOf(row) - part + crossFitParts.total) % crossFitParts.total;
        return ahead >= 1 && ahead <= crossFitParts.fitted;
      });
      const model = fitKind(fitted, settings);
      for (const row of heldOut) predicted.set(row, { ...row, kind, predictedMs: kindMs(model, row.block) });
    }
  }
  return rows.map((row) => predicted.get(row) as CrossFitted);
}

function dealtParts(rows: readonly MeasuredBlock[], random: Random): (row: MeasuredBlock) => number {
  const configurations = new Set(rows.map(configurationOf));
  const identity = configurations.size < 10 ? shapeOf : configurationOf;
  const dealt = random.shuffled([...new Set(rows.map(identity))].sort());
  const parts = new Map(dealt.map((name, i) => [name, i % crossFitParts.total]));
  return (row) => parts.get(identity(row)) as number;
}

const shapeOf = ({ block }: MeasuredBlock) => JSON.stringify(geometryOf(block));
const configurationOf = ({ block }: MeasuredBlock) => JSON.stringify({ ...geometryOf(block), grid: undefined });
