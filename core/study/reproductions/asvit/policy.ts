import { InputError } from '../../../base/errors.ts';
import { asVit } from '../../../spaces/asvit/space.ts';
import type { TopologySearchOutcome } from '../../topology/searchTopology.ts';
import { deviationOf, listed, mean } from '../numbers.ts';
import { columnsOf, requiredFrom, type Reproduction, type ReproductionRecipe } from '../reproduction.ts';
import { paper, publishedEntropy, publishedPolicy } from './figures.ts';

/** As-ViT's Table 3 from a search that was run here. */
export const asVitPolicy: ReproductionRecipe = {
  id: 'asvit-policy',
  summary: 'As-ViT, Table 3: what the policy prefers at the end of a topology search',
  takes: 'a topology search',
  options: { from: "folder of a search, made by topology-search --space asvit (half an hour on two processors at most)" },
  async make(options) {
    const from = requiredFrom(asVitPolicy, options);
    const { readTopologySearch } = await import('../../topology/searchTopology.ts');
    const outcome = await readTopologySearch(from);
    if (outcome?.plan.space !== asVit.id) throw new InputError('no-topology-search', `${from}: holds no topology search of ${asVit.id}; make one with topology-search --space ${asVit.id} --out ${from}.`);
    return [policyTable(outcome)];
  },
};

interface Choice {
  readonly name: string;
  readonly printed: { readonly mean: string; readonly deviation: string };
  /** Under the final policy. */
  readonly own: { readonly mean: number; readonly deviation: number };
  /** Under one without preferences. */
  readonly even: { readonly mean: number; readonly deviation: number };
  readonly found: number | undefined;
  readonly seed: number;
}

export function policyTable(outcome: TopologySearchOutcome): Reproduction {
  const { plan, records, result } = outcome;
  const choices = choicesOf(outcome);
  const share = ({ mean: middle, deviation }: { mean: number; deviation: number }) => (deviation / middle).toFixed(2);
  return {
    title: 'As-ViT, Table 3: the policy at the end of the search',
    source: `${paper}, Table 3, and the search of Table 4's seed topology`,
    columns: columnsOf(
      'choice', 'published mean', 'published deviation / mean', 'mean here', 'deviation / mean here', 'even policy: mean', 'even policy: deviation / mean', 'found here', 'published seed',
    ),
    rows: choices.map(({ name, printed, own, even, found, seed }) => [
      name, printed.mean, printed.deviation, own.mean.toFixed(1), share(own), even.mean.toFixed(1), share(even), found === undefined ? '' : String(found), String(seed),
    ]),
    remarks: [
      ...(records.length < plan.settings.steps ? [`The search is not finished: ${records.length} of ${plan.settings.steps} steps.`] : []),
      ...agreementRemarks(choices),
      `Entropy fell from ${publishedEntropy.first} to ${publishedEntropy.last} nats in 500 published steps, and here from ${records.at(0)?.entropy.toFixed(1) ?? ''} to `
        + `${records.at(-1)?.entropy.toFixed(1) ?? ''} in ${records.length}, by ${listed(plan.measures)}; ${(records.reduce((sum, { seconds }) => sum + seconds, 0) / 60).toFixed(0)} minutes, where the paper takes `
        + '7 hours of a V100.',
      ...(result ? [`Found here: ${listed(choices.map(({ name, found }) => `${name} ${found}`))}, ${(result.params / 1e6).toFixed(2)} M parameters and ${(result.macs / 1e9).toFixed(2)} G MACs `
        + `(published: 2.4 M, 0.5 B FLOPs). ${choices.filter(({ found, seed }) => found === seed).length} of ${choices.length} choices are those of the published seed.`] : []),
      'The paper does not say what its means and deviations are over; here they are those of the final policy.',
    ],
  };
}

function choicesOf({ statistics, result }: TopologySearchOutcome): Choice[] {
  const valuesOf = (arch: unknown) => asVit.coordinates(asVit.parse(arch));
  const [found, seed] = [result?.arch, asVit.networks.seed].map((arch) => (arch === undefined ? undefined : valuesOf(arch)));
  const choices = asVit.dimensions.map(({ published, values }, d) => {
    const { name, values: printedValues } = published!;
    const shown = (coordinates: readonly number[]) => printedValues[values.indexOf(coordinates[d])];
    return {
      name, printed: publishedPolicy[name], own: statistics[d], even: { mean: mean(printedValues), deviation: deviationOf(printedValues) },
      found: found && shown(found), seed: shown(seed!),
    };
  });
  const order = Object.keys(publishedPolicy);
  return choices.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** Means this close together, in deviations of an even policy, count as the same. */
const closeMeans = 0.5;

function agreementRemarks(choices: readonly Choice[]): string[] {
  const names = (some: readonly Choice[]) => listed(some.map(({ name }) => name));
  const isClose = ({ own, printed, even }: Choice) => Math.abs(own.mean - Number(printed.mean)) <= closeMeans * even.deviation;
  const hasMoved = ({ own, even }: Choice) => Math.abs(own.mean - even.mean) > closeMeans * even.deviation;
  const [close, far] = [choices.filter(isClose), choices.filter((choice) => !isClose(choice))];
  const of = (names: readonly string[]) => names.map((name) => choices.find((choice) => choice.name === name)!);
  const kernels = of(['K1', 'K2', 'K3', 'K4']);
  const ratios = of(['E1', 'E2', 'E3', 'E4']);
  const rest = choices.filter((choice) => !kernels.includes(choice) && !ratios.includes(choice));
  const rises = ratios.every(({ own }, i) => i === 0 || own.mean > ratios[i - 1].own.mean);
  const overlapping = kernels.filter((kernel) => kernel.own.mean > kernel.even.mean && hasMoved(kernel));
  const moved = rest.filter(hasMoved);
  return [
    `Means are within half a deviation of an even policy of the published ones for ${names(close) || 'none'}${far.length === 0 ? '' : `, and are not for ${names(far)}`}.`,
    `Larger kernels: published for all four; here ${overlapping.length === kernels.length ? 'for all four, too' : `for ${names(overlapping) || 'none'}`}.`,
    `E1 < E2 < E3 < E4: published, and ${rises ? 'so here' : 'not so here'} (${ratios.map(({ own }) => own.mean.toFixed(2)).join(', ')}). An even policy has 4.0 for each, and `
      + 'neither measure sees MLP ratios beyond its noise.',
    `No preference for splits and heads: published, and ${moved.length === 0 ? 'so here' : `here the policy has moved for ${names(moved)}`}. `
      + 'A policy also moves where a choice has no effect, by what the noise of its rewards makes of it.',
  ];
}
