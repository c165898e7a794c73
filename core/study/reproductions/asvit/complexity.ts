import type { ReproductionRecipe } from '../reproduction.ts';

const defaultCount = 24;

/** As-ViT's Table 2 without its accuracies: what the measures take, and how far they agree with each other. */
export const asVitComplexity: ReproductionRecipe = {
  id: 'asvit-complexity',
  summary: 'As-ViT, Table 2: time and mutual correlations of length, curvature and condition number over random topologies',
  takes: 'some seconds for each topology',
  options: { count: `topologies drawn (default ${defaultCount}; the paper has 87)`, out: 'folder of the measures, gone on with' },
  async make({ count = defaultCount, out }, means) {
    const { complexityScores, drawTopologies } = await import('./complexityScores.ts');
    const { complexityTables } = await import('./complexityTables.ts');
    const topologies = drawTopologies(count);
    return complexityTables(topologies, await complexityScores(topologies, out, means));
  },
};
