import { kendallTau } from '../../../base/rankStatistics.ts';
import { topRecall } from '../../../base/topChoices.ts';
import { networkParams } from '../../../network/blockGraph.ts';
import type { ProxyId } from '../../../scoring/catalogue.ts';
import { getProxy } from '../../../scoring/proxies.ts';
import { promiseRanks } from '../../../scoring/ranking.ts';
import { getSpace } from '../../../spaces/index.ts';
import type { MeasuredNetwork } from '../../correlation/measuredSet.ts';
import type { Scores } from '../../correlation/scoreMeasured.ts';
import { deviationOf, grouped, listed, mean, millions, sampleDeviation, signed } from '../numbers.ts';
import { columnsOf, type Reproduction } from '../reproduction.ts';
import { paper, publishedTaus } from './figures.ts';

/** How many of the best one would train. */
const topK = 10;

/** @param scores for each seed */
export function stabilityTables(networks: readonly MeasuredNetwork[], proxies: readonly ProxyId[], scores: readonly Scores[]): Reproduction[] {
  return [orderTable(networks, proxies, scores), ...proxies.map((id) => bestTable(networks, id, scores))];
}

const paramsOf = ({ space, arch }: MeasuredNetwork) => networkParams(getSpace(space).lower(arch));

const valuesOf = (id: ProxyId, scores: readonly Scores[]) => scores.map((own) => own[id].map(({ value }) => value ?? NaN));

/** The highest for the most promising, for each seed. */
const ranksOf = (id: ProxyId, scores: readonly Scores[]) => valuesOf(id, scores).map((values) => promiseRanks(getProxy(id), values));

function orderTable(networks: readonly MeasuredNetwork[], proxies: readonly ProxyId[], scores: readonly Scores[]): Reproduction {
  const pairs = scores.flatMap((_, a) => scores.slice(a + 1).map((_, i) => [a, a + 1 + i] as const));
  const params = networks.map(paramsOf);
  const found = proxies.map((id) => {
    const ranks = ranksOf(id, scores);
    return {
      id,
      taus: pairs.map(([a, b]) => kendallTau(ranks[a], ranks[b])),
      common: mean(pairs.map(([a, b]) => topRecall(ranks[a], ranks[b], topK))),
      withParams: mean(ranks.map((own) => kendallTau(own, params))),
      ...deviations(valuesOf(id, scores)),
    };
  });
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return {
    title: `TF-TAS, Table 6: the order of ${grouped(networks.length)} networks with ${scores.length} seeds`,
    source: `${paper}, Table 6: 1,000 networks of 5 to 7 M parameters of AutoFormer-Tiny`,
    columns: columnsOf(
      'score', 'published tau with accuracy by seed', 'its deviation', 'tau between two seeds: mean', 'least',
      `of the best ${topK} in common`, 'tau with parameters', 'deviation between networks', 'between seeds',
    ),
    rows: found.map(({ id, taus, common, withParams, ofNetworks, ofSeeds }) => {
      const published = publishedTaus[id];
      return [
        id, published ? published.map((tau) => signed(tau, 3)).join(', ') : '', published ? sampleDeviation(published).toFixed(3) : '', signed(mean(taus), 3), signed(Math.min(...taus), 3),
        `${(100 * common).toFixed(0)} %`, signed(withParams, 3), percent(ofNetworks), percent(ofSeeds),
      ];
    }),
    remarks: [
      'The accuracies of the published networks, inherited from a supernet of 500 epochs, were not published; what can be made here is whether a score says the same with another seed. '
        + "Weights are slices of one supernet a seed, as in TF-TAS's search.",
      ...proxies.includes('dss') ? [dssRemark(found.find(({ id }) => id === 'dss')!)] : [],
      'Deviations are shares of the mean score; that between seeds is what is left of a score when the mean of its seed over all networks and the mean of its network over all seeds are taken away.',
    ],
  };
}

function dssRemark({ taus, withParams }: { readonly taus: readonly number[]; readonly withParams: number }): string {
  return Math.min(...taus) === 1
    ? 'Agrees: the DSS-indicator orders these networks alike with every seed, as published.'
    : 'Does not agree: the paper finds the DSS-indicator "invariant to different seeds", with the same tau to three digits for four of them. Its input knows no '
      + `seed, but its weights do: here two seeds agree by tau ${signed(mean(taus), 3)}. `
      + `Equal figures for four seeds are what the same weights drawn four times would give. With parameters it has tau ${signed(withParams, 3)}.`;
}

/** As shares of the mean over all. */
function deviations(values: readonly (readonly number[])[]): { readonly ofNetworks: number; readonly ofSeeds: number } {
  const seedMeans = values.map(mean);
  const all = mean(seedMeans);
  const networkMeans = values[0].map((_, i) => mean(values.map((own) => own[i])));
  const rest = values.flatMap((own, seed) => own.map((value, i) => value - seedMeans[seed] - networkMeans[i] + all));
  return { ofNetworks: deviationOf(networkMeans) / Math.abs(all), ofSeeds: deviationOf(rest) / Math.abs(all) };
}

/** What a search would take with each seed, and what the other seeds think of it. */
function bestTable(networks: readonly MeasuredNetwork[], id: ProxyId, scores: readonly Scores[]): Reproduction {
  const values = valuesOf(id, scores);
  const ranks = ranksOf(id, scores);
  const best = ranks.map((own) => own.indexOf(Math.max(...own)));
  const place = (seed: number, network: number) => ranks[seed].filter((rank) => rank > ranks[seed][network]).length + 1;
  const distinct = new Set(best).size;
  const worst = Math.max(...best.flatMap((network) => scores.map((_, seed) => place(seed, network))));
  return {
    title: `TF-TAS, Table 6: the best of ${grouped(networks.length)} networks by ${id}`,
    source: `${paper}, section 3.4: the network with the highest score is taken`,
    columns: [
      { title: 'best with', align: 'left' }, ...columnsOf('parameters (M)', ...scores.map((_, seed) => `score with seed ${seed} (place)`)).map(({ title }) => ({ title, align: 'right' } as const)),
      { title: 'architecture', align: 'left' },
    ],
    rows: best.map((network, seed) => {
      const { space, arch } = networks[network];
      return [
        `seed ${seed}`, millions(paramsOf(networks[network])), ...scores.map((_, other) => `${values[other][network].toPrecision(6)} (${place(other, network)})`), getSpace(space).key(arch),
      ];
    }),
    remarks: [
      distinct === 1 ? 'All seeds take the same network.'
        : `${scores.length} seeds take ${distinct} networks. At worst, a seed puts another's best at place ${worst} of ${grouped(networks.length)}. They have ${
          listed(best.filter((network, i) => best.indexOf(network) === i).map((network) => millions(paramsOf(networks[network]))))} M parameters, where the limit was 7.`,
    ],
  };
}
