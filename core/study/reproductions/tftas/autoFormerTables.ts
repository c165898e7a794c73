import { networkMacs } from '../../../network/counts.ts';
import { autoFormerTiny } from '../../../spaces/autoformer/space.ts';
import type { AutoFormerArchitecture } from '../../../spaces/autoformer/architecture.ts';
import { billions, listed, millions } from '../numbers.ts';
import { columnsOf, type Reproduction, type ReproductionRecipe } from '../reproduction.ts';
import { autoFormerNetworks, paper } from './figures.ts';
import { counted, isInside, meets, paramsRemark, type CountedNetwork } from './printedCounts.ts';

const { publishedCounters } = autoFormerTiny;

/** Ways of counting operations: what is executed, the two releases', and what theirs execute. */
const counters = [
  { title: 'MACs', count: networkMacs },
  { title: "TF-TAS's counter", count: publishedCounters['tf-tas-flops'] },
  { title: "AutoFormer's counter", count: publishedCounters['autoformer-complexity'] },
  { title: 'dense relative positions', count: publishedCounters['dense-relative-position'] },
] as const;

/** TF-TAS's Table 1 as far as it needs no training: architectures, parameters, and operations in four ways of counting. */
export const tfTasAutoFormer: ReproductionRecipe = {
  id: 'tf-tas-autoformer',
  summary: "TF-TAS, Table 1: networks of AutoFormer's spaces, their parameters and FLOPs as each release counts them",
  make() {
    const networks = autoFormerNetworks.map(counted);
    return [countsTable(networks), architecturesTable(networks)];
  },
};

function countsTable(networks: readonly CountedNetwork[]): Reproduction {
  const meeting = ({ network, flops }: CountedNetwork) => counters.filter(({ count }) => meets(count(network), 1e9, flops)).map(({ title }) => title);
  const unmet = networks.filter((network) => meeting(network).length === 0);
  return {
    title: "TF-TAS, Table 1: networks of AutoFormer's spaces",
    source: `${paper}, Table 1`,
    columns: [
      ...columnsOf('network', 'parameters (M)', 'printed (M)', ...counters.map(({ title }) => `${title} (G)`), 'printed FLOPs (B)'),
      { title: 'which round to the printed FLOPs', align: 'left' }, { title: 'printed top-1 (%)', align: 'right' },
    ],
    rows: networks.map((own) => [
      own.title, millions(own.parameters), own.params, ...counters.map(({ count }) => billions(count(own.network))), own.flops, meeting(own).join(', ') || 'none', own.top1,
    ]),
    remarks: [
      paramsRemark(networks) + " What is printed of TF-TAS's own networks is less than the released architectures have, in every way of counting that we know.",
      `FLOPs agree in at least one way of counting${unmet.length === 0 ? '' : `, but for ${listed(unmet.map(({ title }) => title))}`}. TF-TAS's counter leaves out embedding and class token, AutoFormer's has `
        + 'one token too many; both count the classifier for every token. MACs are what is executed here, relative positions by buckets of distances; the releases execute them densely.',
      'Accuracies are the published ones: they need 300 epochs of ImageNet, or a supernet of 500.',
    ],
  };
}

function architecturesTable(networks: readonly CountedNetwork[]): Reproduction {
  const outside = networks.filter((network) => !isInside(network));
  return {
    title: "TF-TAS, Table 1: the architectures",
    source: `${paper}, Table 1, and the configurations released with AutoFormer, TF-TAS and DeiT`,
    columns: [
      { title: 'network', align: 'left' }, { title: 'width', align: 'right' }, { title: 'depth', align: 'right' },
      { title: 'heads of the layers', align: 'left' }, { title: 'MLP ratios of the layers', align: 'left' },
    ],
    rows: networks.map(({ title, arch }) => {
      const { embedDim, depth, numHeads, mlpRatios } = arch as AutoFormerArchitecture;
      return [title, String(embedDim), String(depth), runs(numHeads), runs(mlpRatios)];
    }),
    remarks: outside.length === 0 ? [] : [`Outside the spaces that the papers print: ${listed(outside.map(({ title }) => title))}. DeiT has no relative positions; AutoFormer-Ti has MLP ratios of 3.`],
  };
}

/** "3 x 10, 4, 3 x 2" */
function runs(values: readonly number[]): string {
  const found: { value: number; times: number }[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.value === value) last.times++;
    else found.push({ value, times: 1 });
  }
  return found.map(({ value, times }) => (times === 1 ? String(value) : `${value} x ${times}`)).join(', ');
}
