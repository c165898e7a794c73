import { InputError } from '../../../base/errors.ts';
import { networkMacs } from '../../../network/counts.ts';
import { MacsSampler } from '../../../spaces/macsSampler.ts';
import type { SearchSpace } from '../../../spaces/space.ts';

/** The lowest published level, 100 M, by the MACs of the smallest network of that space, 37 M. */
const lowestToSmallest = 2.7;
/** Of all architectures, what the highest level leaves above it; the published one, 1.2 G of 3.2 G MACs, about as many. */
const highestQuantile = 0.95;

/**
 * The MACs at which buckets begin, ascending. Given as a number, they are spaced evenly in their logarithm between where
 * the published ones begin and end, relative to the space; for `elasticvit` and 8 that is 100 M to 1.1 G.
 * @throws InputError `invalid-buckets` when given levels do not ascend or lie outside the space
 */
export function bucketLevels<A>(space: SearchSpace<A>, wanted: number | readonly number[]): number[] {
  const macsOf = (arch: A) => networkMacs(space.lower(arch));
  const [least, most] = [macsOf(space.smallest), macsOf(space.largest)];
  if (typeof wanted !== 'number') {
    const wrong = wanted.find((level, i) => level <= (wanted[i - 1] ?? 0) || level < least || level > most);
    if (wrong !== undefined) {
      throw new InputError('invalid-buckets', `The level of ${wrong} MACs is not accepted: levels ascend, and those of ${space.id} are from ${least} to ${most}.`);
    }
    return [...wanted];
  }
  const high = new MacsSampler(space).quantile(highestQuantile);
  const low = Math.min(lowestToSmallest * least, high);
  return Array.from({ length: wanted }, (_, i) => Math.round(low * (high / low) ** (wanted === 1 ? 0.5 : i / (wanted - 1))));
}
