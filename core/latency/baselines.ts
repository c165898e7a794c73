import { blockMacs, networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { latencyKindOf, latencyKinds, termsOf } from './features.ts';
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

/** For each kind of block, MACs, bytes (activations and weights) and how many there are. */
export const kindCountsBaseline: Baseline = {
  title: 'MACs, bytes and number of blocks per kind',
  countsOf: (network) => {
    const counts = new Array<number>(3 * latencyKinds.length).fill(0);
    for (const block of network.blocks) {
      const first = 3 * latencyKinds.indexOf(latencyKindOf(block));
      const { readWriteBytes, weightBytes } = termsOf(block);
      counts[first] += blockMacs(block) / 1e6;
      counts[first + 1] += readWriteBytes + weightBytes;
      counts[first + 2] += 1;
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
