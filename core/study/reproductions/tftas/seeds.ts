import { InputError } from '../../../base/errors.ts';
import type { ReproductionRecipe } from '../reproduction.ts';

const defaults = { count: 1000, seeds: 4, proxies: ['dss', 'dss-released'] } as const;

/** TF-TAS's Table 6: how far seeds change what a score says. */
export const tfTasSeeds: ReproductionRecipe = {
  id: 'tf-tas-seeds',
  summary: 'TF-TAS, Table 6: how far the order of architectures, and the best of them, change with the seed',
  takes: 'half a minute; minutes for scores on images',
  options: {
    count: `networks of 5 to 7 M parameters drawn from AutoFormer-Tiny (default ${defaults.count}, as in the paper)`,
    seeds: `seeds compared, from 0 on (default ${defaults.seeds}, as in the paper)`,
    proxies: `scores compared (default ${defaults.proxies.join(',')}; the paper has dss, snip, grasp, te-score and naswot)`,
    from: 'file of architectures with measured accuracies, as correlate reads: the same by tau with accuracy, with fresh weights',
    out: 'folder of the scores, gone on with',
  },
  async make({ count, seeds = defaults.seeds, proxies = defaults.proxies, from, out }, means) {
    const { drawNetworks, seedScores } = await import('./seedScores.ts');
    if (from !== undefined) {
      if (count !== undefined) throw new InputError('usage', 'reproduce: --count draws networks, and --from takes those of a file; give one of them.');
      const { readMeasured } = await import('../../correlation/readMeasured.ts');
      const { accuracyTable } = await import('./seedAccuracy.ts');
      const set = await readMeasured(from);
      return [accuracyTable(set, proxies, await seedScores(set.networks, { proxies, seeds, weights: 'fresh', out }, means))];
    }
    const { stabilityTables } = await import('./seedStability.ts');
    const networks = drawNetworks(count ?? defaults.count);
    return stabilityTables(networks, proxies, await seedScores(networks, { proxies, seeds, weights: 'supernet', out }, means));
  },
};
