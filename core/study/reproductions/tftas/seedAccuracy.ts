import { kendallTau } from '../../../base/rankStatistics.ts';
import type { ProxyId } from '../../../scoring/catalogue.ts';
import { getProxy } from '../../../scoring/proxies.ts';
import { promiseRanks } from '../../../scoring/ranking.ts';
import type { MeasuredSet } from '../../correlation/measuredSet.ts';
import type { Scores } from '../../correlation/scoreMeasured.ts';
import { mean, sampleDeviation, signed } from '../numbers.ts';
import { columnsOf, type Reproduction } from '../reproduction.ts';
import { paper, publishedTaus } from './figures.ts';

/** As Table 6, on other networks: Kendall's tau with accuracy for every seed, its mean and its deviation. */
export function accuracyTable({ title, networks, columns }: MeasuredSet, proxies: readonly ProxyId[], scores: readonly Scores[]): Reproduction {
  const tauOf = (id: ProxyId, seed: number, column: number) => {
    const measured = [...networks.keys()].filter((i) => networks[i].accuracies[column] !== null);
    const ranks = promiseRanks(getProxy(id), measured.map((i) => scores[seed][id][i].value ?? NaN));
    return kendallTau(ranks, measured.map((i) => networks[i].accuracies[column]!));
  };
  const rows = proxies.flatMap((id) => columns.map(({ name }, column) => ({ id, name, taus: scores.map((_, seed) => tauOf(id, seed, column)) })));
  const row = (first: string, second: string, taus: readonly number[]) => [first, second, ...taus.map((tau) => signed(tau, 3)), signed(mean(taus), 3), sampleDeviation(taus).toFixed(3)];
  const printed = proxies.filter((id) => publishedTaus[id]?.length === scores.length);
  const varying = rows.filter(({ taus }) => sampleDeviation(taus) >= 0.0005);
  return {
    title: `TF-TAS, Table 6: Kendall's tau with accuracy by seed, on ${title}`,
    source: `${paper}, Table 6; its 1,000 networks and their accuracies were not published, so that these are others`,
    columns: columnsOf('score', 'accuracy', ...scores.map((_, seed) => `seed ${seed}`), 'mean', 'deviation'),
    rows: [
      ...rows.map(({ id, name, taus }) => row(id, name, taus)),
      ...printed.map((id) => row(`${id}, published`, 'inherited, 5 to 7 M', publishedTaus[id])),
    ],
    remarks: [`Tau changes with the seed in ${varying.length} of ${rows.length} rows, by a deviation of ${Math.max(...rows.map(({ taus }) => sampleDeviation(taus))).toFixed(3)} at most. `
      + "Weights are drawn from the seed, each network's own; the published deviation of 0 for the DSS-indicator speaks of its input alone."],
  };
}
