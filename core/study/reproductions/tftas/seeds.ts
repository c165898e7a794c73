import { readMeasured } from '../../correlation/readMeasured.ts';
import type { ReproductionRecipe } from '../reproduction.ts';
import { accuracyTable } from './seedAccuracy.ts';
import { drawNetworks, seedScores } from './seedScores.ts';
import { stabilityTables } from './seedStability.ts';

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
  async make({ count = defaults.count, seeds = defaults.seeds, proxies = defaults.proxies, from, out }, means) {
    if (from !== undefined) {
      const set = await readMeasured(from);
      return [accuracyTable(set, proxies, await seedScores(set.networks, { proxies, seeds, weights: 'fresh', out }, means))];
    }
    const networks = drawNetworks(count);
    return stabilityTables(networks, proxies, await seedScores(networks, { proxies, seeds, weights: 'supernet', out }, means));
  },
};
