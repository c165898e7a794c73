import { asVitComplexity } from './asvit/complexity.ts';
import { asVitCounts } from './asvit/counts.ts';
import { elasticvitLatency } from './elasticvit/latency.ts';
import type { ReproductionRecipe } from './reproduction.ts';
import { tfTasAutoFormer } from './tftas/autoFormerTables.ts';
import { tfTasPit } from './tftas/pitTables.ts';

/** Published tables that can be made here, in the order of their papers. */
export const reproductions: readonly ReproductionRecipe[] = [elasticvitLatency, tfTasAutoFormer, tfTasPit, asVitComplexity, asVitCounts];
