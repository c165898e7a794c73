import type { StudyHistory } from './history.ts';

const megaMacs = 1e6;

/** Names of buckets by their MACs, such as "12.3 to 12.9 M"; "Bucket 2" for one that no step has told of. */
export function bucketNames(count: number, macs: ReadonlyMap<number, readonly [from: number, to: number]>): string[] {
  return Array.from({ length: count }, (_, index) => {
    const range = macs.get(index);
    return range ? macsRange(...range) : `Bucket ${index + 1}`;
  });
}

/** With so many decimals that the ends of a narrow window differ. */
function macsRange(from: number, to: number): string {
  const digitsBefore = (value: number) => Math.floor(Math.log10(Math.max(value, 1) / megaMacs));
  const decimals = Math.max(0, Math.min(6, Math.max(2 - digitsBefore(from), -digitsBefore(to - from))));
  return `${(from / megaMacs).toFixed(decimals)} to ${(to / megaMacs).toFixed(decimals)} M`;
}

/** What is known of a bucket from the newest step that came from it. */
export interface BucketState {
  readonly name: string;
  /** Steps that it had. */
  readonly steps: number;
  /** From 1, the smallest subnet that bounds its draws; undefined until it had a step. */
  readonly smallestSubnet: number | undefined;
  /** Subnets that its memory holds; undefined without performance-aware sampling. */
  readonly members: number | undefined;
  /** Undefined in studies that do not tell. */
  readonly capacity: number | undefined;
  /** Negative cross-entropy of the best one. */
  readonly bestScore: number | undefined;
}

/** Every bucket's state, smallest first; empty with the sandwich rule. */
export function bucketStates({ steps, buckets }: Pick<StudyHistory, 'steps' | 'buckets'>): BucketState[] {
  const column = steps.column('bucket');
  const counts = new Array<number>(buckets.length).fill(0);
  const newest = new Array<number>(buckets.length).fill(-1);
  for (let row = 0; row < column.length; row++) {
    if (!(column[row] >= 0 && column[row] < buckets.length)) continue;
    counts[column[row]]++;
    newest[column[row]] = row;
  }
  const known = (name: Parameters<typeof steps.column>[0], bucket: number): number | undefined => {
    const value = newest[bucket] < 0 ? Number.NaN : steps.column(name)[newest[bucket]];
    return Number.isNaN(value) ? undefined : value;
  };
  const hasBanks = steps.has('bankMembers');
  return buckets.map((name, bucket) => {
    const smallest = known('smallestSubnet', bucket);
    return {
      name, steps: counts[bucket], smallestSubnet: smallest === undefined ? undefined : smallest + 1,
      members: known('bankMembers', bucket) ?? (hasBanks ? 0 : undefined), capacity: known('bankCapacity', bucket), bestScore: known('bankBestScore', bucket),
    };
  });
}
