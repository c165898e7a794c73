import type { Network } from '../network/network.ts';
import type { Proxy, ProxyResult, ScoringContext } from './proxy.ts';

/** A proxy's value of one network over all seeds. */
export interface Score {
  /** Mean over the seeds; NaN when the score of one of them is not valid. */
  readonly value: number;
  /** Standard deviation between seeds (with n - 1); undefined with one seed, NaN when the value is. */
  readonly spread?: number;
  readonly perSeed: readonly ProxyResult[];
  /** Multiply-accumulates of all seeds together. */
  readonly macs: number;
  /** Why the score is not valid. */
  readonly invalid?: string;
}

/**
 * Scores a network with every seed. A seed without a valid value makes the whole score invalid, because means over different
 * seeds do not compare.
 * @param contexts one for each seed
 * @returns the scores in the order of the proxies
 */
export function scoreNetwork(proxies: readonly Proxy[], network: Network, contexts: readonly ScoringContext[]): Score[] {
  return scoreNetworks(proxies, [network], contexts)[0];
}

/**
 * Scores networks with every seed, together where that is faster.
 * @returns for each network its scores in the order of the proxies
 */
export function scoreNetworks(proxies: readonly Proxy[], networks: readonly Network[], contexts: readonly ScoringContext[]): Score[][] {
  if (contexts.length === 0) throw new RangeError('A score needs at least one seed.');
  const perSeed = networks.map(() => proxies.map((): ProxyResult[] => []));
  // Seed by seed, so that only one seed's weights of a network need to be in memory.
  for (const [seed, context] of contexts.entries()) {
    const asked = [...proxies.entries()].filter(([, { needs }]) => seed === 0 || needs !== 'nothing');
    for (const [i, proxy] of asked) {
      proxy.scoreTogether?.(networks, context).forEach((result, n) => perSeed[n][i].push(checked(result)));
    }
    // One network after the other, because proxies share what they find out about the last one.
    for (const [n, network] of networks.entries()) {
      for (const [i, proxy] of asked) if (!proxy.scoreTogether) perSeed[n][i].push(checked(proxy.score(network, context)));
    }
    if (contexts.length > 1) context.forgetWeights();
  }
  return perSeed.map((results) => results.map(summarise));
}

/** A value that is not finite gets a reason. */
function checked(result: ProxyResult): ProxyResult {
  if (result.invalid === undefined && Number.isFinite(result.value)) return result;
  return { ...result, value: NaN, invalid: result.invalid ?? `the value is ${result.value}` };
}

function summarise(perSeed: readonly ProxyResult[]): Score {
  const macs = perSeed.reduce((sum, result) => sum + result.macs, 0);
  const invalid = perSeed.filter((result) => result.invalid !== undefined);
  const count = perSeed.length;
  if (invalid.length > 0) {
    const where = count > 1 ? ` (${invalid.length} of ${count} seeds)` : '';
    return { value: NaN, ...(count > 1 && { spread: NaN }), perSeed, macs, invalid: `${invalid[0].invalid}${where}` };
  }
  const value = perSeed.reduce((sum, result) => sum + result.value, 0) / count;
  if (count === 1) return { value, perSeed, macs };
  const squares = perSeed.reduce((sum, result) => sum + (result.value - value) ** 2, 0);
  return { value, spread: Math.sqrt(squares / (count - 1)), perSeed, macs };
}
