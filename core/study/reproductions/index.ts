import { asVitComplexity } from './asvit/complexity.ts';
import { asVitCounts } from './asvit/counts.ts';
import { asVitPolicy } from './asvit/policy.ts';
import { asVitScaling } from './asvit/scaling.ts';
import { elasticvitLatency } from './elasticvit/latency.ts';
import type { ReproductionRecipe } from './reproduction.ts';
import { tfTasAutoFormer } from './tftas/autoFormerTables.ts';
import { tfTasPit } from './tftas/pitTables.ts';
import { tfTasSeeds } from './tftas/seeds.ts';

/** Published tables that can be made here, in the order of their papers. */
export const reproductions: readonly ReproductionRecipe[] = [elasticvitLatency, tfTasAutoFormer, tfTasPit, tfTasSeeds, asVitComplexity, asVitPolicy, asVitScaling, asVitCounts];
