import type { TokenHeadBlock } from '../../../network/blocks.ts';
import type { TokenClasses } from './tokenClasses.ts';

/** How much one class's token counts in what a classifier reads. */
export function sharesOfPooled(pool: TokenHeadBlock['pool'], { counts, front, map }: TokenClasses): number[] {
  if (pool === 'classToken') return counts.map((_, i) => Number(i === 0));
  return counts.map((count, i) => (i < front ? 0 : count / map.length));
}
