import { networkMacs } from '../../../network/counts.ts';
import type { PitArchitecture } from '../../../spaces/pit/architecture.ts';
import { billions, listed, millions } from '../numbers.ts';
import { columnsOf, type ReproductionRecipe } from '../reproduction.ts';
import { paper, pitNetworks } from './figures.ts';
import { counted, meets, paramsRemark, type CountedNetwork } from './printedCounts.ts';

const hasPrintedFlops = ({ network, flops }: CountedNetwork) => meets(networkMacs(network), 1e9, flops);

/** TF-TAS's Table 2 as far as it needs no training: architectures, parameters and multiply-accumulates. */
export const tfTasPit: ReproductionRecipe = {
  id: 'tf-tas-pit',
  summary: "TF-TAS, Table 2: networks of PiT's spaces, their parameters and MACs",
  make() {
    const networks = pitNetworks.map(counted);
    return [{
      title: "TF-TAS, Table 2: networks of PiT's spaces",
      source: `${paper}, Table 2, and the configurations released with PiT and TF-TAS`,
      columns: columnsOf('network', 'head width', 'MLP ratio', 'depths', 'heads', 'parameters (M)', 'printed (M)', 'MACs (G)', 'printed FLOPs (B)', 'printed top-1 (%)'),
      rows: networks.map(({ title, arch, network, parameters, params, flops, top1 }) => {
        const { baseDim, mlpRatio, depths, numHeads } = arch as PitArchitecture;
        return [title, String(baseDim), String(mlpRatio), depths.join(', '), numHeads.join(', '), millions(parameters), params, billions(networkMacs(network)), flops, top1];
      }),
      remarks: [
        paramsRemark(networks),
        `MACs round to the printed FLOPs for ${listed(networks.filter(hasPrintedFlops).map(({ title }) => title))}, and do not for `
          + `${listed(networks.filter((own) => !hasPrintedFlops(own)).map(({ title, network, flops }) => `${title} (${billions(networkMacs(network))} G, printed ${flops})`))}.`,
        "PiT's own networks agree but for the rounding of PiT-Ti, so the blocks are the same. What is printed of TF-TAS's parameters is less than the released architectures "
          + 'have, in every way of counting that we know.',
        'The networks drawn at random (PiT-Ti, -XS and -S rand) were not published. Accuracies are the published ones: they need 300 epochs of ImageNet.',
      ],
    }];
  },
};
