import { networkParams } from '../../../network/blockGraph.ts';
import { networkMacs } from '../../../network/counts.ts';
import { asVit } from '../../../spaces/asvit/space.ts';
import { billions, listed, millions, roundsTo } from '../numbers.ts';
import { columnsOf, type Reproduction, type ReproductionRecipe } from '../reproduction.ts';
import { paper, publishedCounts } from './figures.ts';

/** As-ViT's Table 4 with the counts of Tables 5 and 7: its networks as the release builds them, and as their printed counts say. */
export const asVitCounts: ReproductionRecipe = {
  id: 'asvit-counts',
  summary: 'As-ViT, Table 4: the seed topology and its scaled networks, parameters and MACs',
  make: () => [countsTable()],
};

function countsTable(): Reproduction {
  const networks = Object.entries(publishedCounts).map(([name, printed]) => {
    const [released, published] = [name, `${name}-published`].map((own) => asVit.lower(asVit.networks[own]));
    return {
      ...printed, arch: asVit.networks[name], printedParams: printed.params, printedFlops: printed.flops, releasedParams: networkParams(released),
      params: networkParams(published), macs: networkMacs(released), flops: asVit.publishedCounters['asvit-paper'](published),
    };
  });
  const { kernels, splits, mlpRatios, heads } = asVit.networks.seed;
  const met = (isMet: (network: (typeof networks)[number]) => boolean) => networks.filter(isMet).map(({ title }) => title);
  const unmet = (isMet: (network: (typeof networks)[number]) => boolean) => met((network) => !isMet(network));
  const verdict = (names: readonly string[]) => names.length === 0 ? 'all four round to the printed ones' : `${listed(names)} does not round to the printed one`;
  return {
    title: 'As-ViT, Table 4: networks and their counts',
    source: `${paper}, Tables 4, 5 and 7`,
    columns: columnsOf(
      'network', 'blocks of the stages', 'width C', 'parameters as released (M)', 'as adjusted (M)', 'printed (M)', 'MACs (G)', 'with element-wise work (G)', 'printed FLOPs (B)',
    ),
    rows: networks.map(({ title, arch, releasedParams, params, printedParams, macs, flops, printedFlops }) => [
      title, arch.depths.join(', '), String(arch.width), millions(releasedParams), millions(params), printedParams, billions(macs, 3), billions(flops, 3), printedFlops,
    ]),
    remarks: [
      `All have the topology K ${kernels.join(', ')}, S ${splits.join(', ')}, 1, E ${mlpRatios.join(', ')} and ${heads} heads in the last stage, half as many in each before.`,
      `Parameters: the release's search code builds smaller networks than were trained, by an amount that grows with the width. With a learned position for each of the first stage's `
        + `tokens and without the norms of the re-embeddings (variant "published"), ${verdict(unmet(({ params, printedParams }) => roundsTo(params / 1e6, printedParams)))}. `
        + 'The positions are near certain; the second change is one of two that fit.',
      `FLOPs: printed are multiply-accumulates and some element-wise work. With 3.5 for each attention logit, which was fitted to these four, ${
        verdict(unmet(({ flops, printedFlops }) => roundsTo(flops / 1e9, printedFlops)))}; multiply-accumulates alone do for `
        + `${listed(met(({ macs, printedFlops }) => roundsTo(macs / 1e9, printedFlops))) || 'none'}.`,
    ],
  };
}
