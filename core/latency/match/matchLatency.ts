import { InputError } from '../../base/errors.ts';
import type { Network } from '../../network/network.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import type { LoweringOptions } from '../../spaces/space.ts';
import type { DeviceModel } from '../deviceModel.ts';
import { predictLatency, type LatencyPrediction } from '../predict.ts';

export interface Candidate<A> {
  readonly arch: A;
  readonly network: Network;
  readonly prediction: LatencyPrediction;
}

export interface LatencyMatch<A> extends Candidate<A> {
  /** The quickest that was looked at and is slower than the target; none where the family ends before. */
  readonly next?: Candidate<A>;
}

/**
 * The member of a hand-designed family whose predicted latency is as near to a target as possible from below. The choices of the
 * space's `fitting` follow the target one after the other, each beside those that were fixed before and the reference's: for DeiT
 * as many heads as twelve layers allow, then as many layers as these heads allow.
 * @param fixed choices that take the place of the reference's, by the dimensions' names
 * @param lowering classes and image size where they are not the members' own
 * @throws InputError `not-a-family` for spaces without `fitting`, `invalid-architecture` for fixed values that the space does not have,
 *   `unreachable-latency` where even the smallest member is slower
 */
export function matchLatency<A>(
  space: SearchSpace<A>, model: DeviceModel, targetMs: number, fixed: Readonly<Record<string, number>> = {}, lowering: Pick<LoweringOptions, 'classes' | 'resolution'> = {},
): LatencyMatch<A> {
  if (space.fitting === undefined) {
    throw new InputError('not-a-family', `${space.id} has no one way to follow a budget, which hand-designed families have; search it instead.`);
  }
  const { reference, order } = space.fitting;
  const values = space.coordinates(reference).map((own, i) => fixed[space.dimensions[i].name] ?? own);
  const seen: Candidate<A>[] = [];
  const candidate = (at: readonly number[]): Candidate<A> => {
    const arch = space.fromCoordinates(at);
    const network = space.lower(arch, lowering);
    const made = { arch, network, prediction: predictLatency(model, network) };
    seen.push(made);
    return made;
  };
  const fits = ({ prediction }: Candidate<A>) => prediction.latencyMs <= targetMs;
  // What is fixed is checked as an architecture of the space.
  let best = candidate(space.coordinates(space.parse(space.fromCoordinates(values))));
  for (const name of order.filter((one) => fixed[one] === undefined)) {
    const place = space.dimensions.findIndex((dimension) => dimension.name === name);
    const members = space.dimensions[place].values.map((value) => candidate(values.map((own, i) => (i === place ? value : own))));
    best = nearest(members, fits);
    values[place] = space.coordinates(best.arch)[place];
  }
  if (!fits(best)) {
    throw new InputError('unreachable-latency', `No member of ${space.id} that was looked at is predicted to take at most ${targetMs} ms on ${model.name}; `
      + `the quickest takes ${best.prediction.latencyMs.toPrecision(3)} ms.`);
  }
  const slower = seen.filter((one) => !fits(one)).sort((a, b) => a.prediction.latencyMs - b.prediction.latencyMs);
  return { ...best, ...(slower.length > 0 ? { next: slower[0] } : {}) };
}

/** The slowest that fits, or the quickest of all where none does. */
function nearest<A>(members: readonly Candidate<A>[], fits: (one: Candidate<A>) => boolean): Candidate<A> {
  const bySpeed = [...members].sort((a, b) => a.prediction.latencyMs - b.prediction.latencyMs);
  return bySpeed.filter(fits).at(-1) ?? bySpeed[0];
}
