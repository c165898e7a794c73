import { elasticvitLatency } from './elasticvitLatency.ts';
import type { ReproductionRecipe } from './reproduction.ts';

/** Published tables that can be made here, in the order of their papers. */
export const reproductions: readonly ReproductionRecipe[] = [elasticvitLatency];
