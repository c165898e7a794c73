import { describe, expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { nextBucket } from '../../../../core/training/supernet/sampling/walk.ts';

function visits(walk: 'adjacent' | 'random' | 'cyclic', steps: number, buckets: number) {
  const random = new Random(3);
  const path: number[] = [];
  for (let i = 0, bucket = 0; i < steps; i++) path.push(bucket = nextBucket(walk, bucket, buckets, random));
  return path;
}

describe('the walk over buckets', () => {
  it('moves by at most one when adjacent', () => {
    const path = visits('adjacent', 2000, 8);
    for (let i = 1; i < path.length; i++) expect(Math.abs(path[i] - path[i - 1])).toBeLessThanOrEqual(1);
  });

  it('goes through all buckets in turn when cyclic', () => {
    expect(visits('cyclic', 7, 3)).toEqual([1, 2, 0, 1, 2, 0, 1]);
  });

  it.each(['adjacent', 'random'] as const)('uses all buckets equally in the long run, within sampling error (%s)', (walk) => {
    const [steps, buckets] = [200_000, 8];
    const counts = new Array<number>(buckets).fill(0);
    for (const bucket of visits(walk, steps, buckets)) counts[bucket]++;
    // The adjacent walk's transition matrix is symmetric, so its stationary distribution is uniform. Its slowest
    // eigenvalue is 1 - (2/3)(1 - cos(pi / 8)) = 0.949, so a visit counts as (1 + 0.949) / (1 - 0.949) = 38 at most.
    const inflation = walk === 'adjacent' ? 38 : 1;
    const deviation = Math.sqrt(inflation * steps * (1 / buckets) * (1 - 1 / buckets));
    for (const count of counts) expect(Math.abs(count - steps / buckets)).toBeLessThan(3.5 * deviation);
  });
});
