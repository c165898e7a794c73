import { CostTable } from '../spaces/costTable.ts';
import type { SearchSpace } from '../spaces/space.ts';
import type { DeviceModel } from './deviceModel.ts';
import { intervalOf, latencyParts, type LatencyPrediction } from './predict.ts';

const partsPerDevice = 4;

/**
 * Predicted latencies of a space's architectures on several devices, for searches that look at hundreds of thousands: the
 * same numbers as `predictLatency`, from tables of the stages.
 */
export class LatencyTable<A> {
  readonly #models: readonly DeviceModel[];
  readonly #table: CostTable<A>;
  readonly #parts: Float64Array;

  /** @param classes of the networks */
  constructor(space: SearchSpace<A>, models: readonly DeviceModel[], classes: number) {
    this.#models = models;
    this.#parts = new Float64Array(partsPerDevice * models.length);
    this.#table = new CostTable(space, classes, (blocks) => models.flatMap((model) => {
      const { insideMs, outsideMs, outsideLowMs, outsideHighMs } = latencyParts(model, blocks);
      return [insideMs, outsideMs, outsideLowMs, outsideHighMs];
    }));
  }

  /** One prediction for each device, in the order of the models. @throws RangeError for an architecture that is not in the space */
  predict(arch: A): Pick<LatencyPrediction, 'latencyMs' | 'lowMs' | 'highMs'>[] {
    const parts = this.#table.costsOf(arch, this.#parts);
    return this.#models.map((model, i) => {
      const at = partsPerDevice * i;
      return intervalOf(model, {
        insideMs: parts[at], outsideMs: parts[at + 1], outsideLowMs: parts[at + 2], outsideHighMs: parts[at + 3],
      });
    });
  }
}
