import { asFeatures } from '../../../core/network/asFeatures.ts';
import type { Network } from '../../../core/network/network.ts';
import { getSpace, spaceIds } from '../../../core/spaces/index.ts';
import { vitNetwork } from '../../../core/spaces/vit/network.ts';

export interface HandedNetwork {
  readonly name: string;
  readonly network: Network;
}

const published = [
  ['elasticvit', 'T1'], ['autoformer-tiny', 'tf-tas-ti'], ['autoformer-tiny', 'deit-ti'], ['pit-ti', 'tf-tas-pit-ti'], ['asvit', 'seed'], ['asvit', 'small'],
] as const;

const classes = 5;

/** The smallest network of every space. */
export function smallestNetworks(): HandedNetwork[] {
  return spaceIds.map((id) => {
    const space = getSpace(id);
    return { name: `${id} min`, network: space.lower(space.smallest, { classes }) };
  });
}

export function publishedNetworks(): HandedNetwork[] {
  return published.map(([id, name]) => {
    const space = getSpace(id);
    return { name: `${id} ${name}`, network: space.lower(space.networks[name], { classes }) };
  });
}

const topology = { kernels: [3, 3, 3, 3], splits: [4, 2, 2], mlpRatios: [2, 3, 2, 2], heads: 8, depths: [1, 1, 1, 1], width: 16 };

/** Forms of blocks that those have not: odd maps, spread patches, every kernel, positions, layers without a norm, heads that read the mean. */
export function unusualNetworks(): HandedNetwork[] {
  const asVit = getSpace('asvit-mini');
  const topologies = [
    { name: 'largest', arch: asVit.largest, options: {} },
    { name: 'published variant', arch: { ...topology, variant: 'published' }, options: {} },
    { name: 'odd grids', arch: topology, options: { resolution: 80, tokens: { stride: 16, dilation: 3 } } },
    { name: 'odd grids, kernel 4', arch: { ...topology, kernels: [4, 4, 4, 4] }, options: { resolution: 80, tokens: { stride: 16, dilation: 2 } } },
  ];
  const asVitNetworks = topologies.map(({ name, arch, options }) => ({ name: `asvit-mini ${name}`, network: asVit.lower(asVit.parse(arch), { classes, ...options }) }));
  const elastic = getSpace('elasticvit-mini');
  const odd = elastic.parse({
    resolution: 40, stem: { width: 8, depth: 1, kernel: 5 },
    c1: { width: 16, depth: 2, kernel: 5, expandRatio: 2 }, c2: { width: 24, depth: 2, kernel: 3, expandRatio: 3 },
    t1: { width: 32, depth: 1, mlpRatio: 2, valueRatio: 1 }, t2: { width: 48, depth: 2, mlpRatio: 3, valueRatio: 2 },
    t3: { width: 48, depth: 1, mlpRatio: 2, valueRatio: 2 }, t4: { width: 64, depth: 2, mlpRatio: 2, valueRatio: 1 },
  });
  return [
    ...asVitNetworks,
    { name: 'elasticvit-mini odd', network: elastic.lower(odd, { classes }) },
    { name: 'features', network: asFeatures(asVit.lower(asVit.smallest, { classes }))! },
    { name: 'plain mean', network: vitNetwork({ resolution: 32, patchSize: 8, width: 24, depth: 1, numHeads: 2, classes, classToken: false }) },
    { name: 'plain bare', network: vitNetwork({ resolution: 32, patchSize: 8, width: 24, depth: 1, numHeads: 3, classes, positions: false, finalNorm: false }) },
  ];
}
