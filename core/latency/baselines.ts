import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { latencyKindOf, latencyKinds, termNames, termsOf } from './features.ts';
import { nonNegativeLeastSquares } from './nnls.ts';

/** A simple predictor of whole networks, to compare with: non-negative and linear in a few counts. */
export interface Baseline {
  readonly title: string;
  readonly countsOf: (network: Network) => number[];
}

/** latency = a + b x MACs. */
export const macsBaseline: Baseline = {
  title: 'MACs alone',
  countsOf: (network) => [1, networkMacs(network) / 1e6],
};

/**
 * The work of all blocks together by type (features.ts: MACs by type of operation, elements, bytes), and the number of
 * blocks of each kind.
 */
export const workBaseline: Baseline = {
  title: 'Total MACs, elements and bytes by type, and blocks by kind',
  countsOf: (network) => {
    const counts = new Array<number>(termNames.length + latencyKinds.length).fill(0);
    for (const block of network.blocks) {
      const terms = termsOf(block);
      termNames.forEach((name, i) => { counts[i] += terms[name]; });
      counts[termNames.length + latencyKinds.indexOf(latencyKindOf(block))] += 1;
    }
    return counts;
  },
};

/** A rate for each term of each kind of block, without anything that says what rates are likely. */
export const rooflineBaseline: Baseline = {
  title: 'Roofline alone: each term of each kind of block',
  countsOf: (network) => {
    const counts = new Array<number>(latencyKinds.length * termNames.length).fill(0);
    for (const block of network.blocks) {
      const terms = termsOf(block);
      const first = latencyKinds.indexOf(latencyKindOf(block)) * termNames.length;
      termNames.forEach((name, i) => { counts[first + i] += terms[name]; });
    }
    return counts;
  },
};

/** Fits a baseline to whole networks by least squares of relative errors and returns its predictor (ms). */
export function fitBaseline(
  { countsOf }: Baseline, networks: readonly Network[], latenciesMs: readonly number[],
): (network: Network) => number {
  const rows = networks.map((network, i) => countsOf(network).map((count) => count / latenciesMs[i]));
  const weights = nonNegativeLeastSquares(rows, rows.map(() => 1));
  return (network) => countsOf(network).reduce((sum, count, j) => sum + count * weights[j], 0);
}
