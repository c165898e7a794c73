import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import { SeedContext } from '../scoring/context.ts';
import { getProxy } from '../scoring/proxies.ts';
import type { Steps } from './benchmark.ts';

/**
 * Scores of one network, with another seed in every step.
 * @param ids of proxies; the first one's value is the step's
 */
export function proxyScores(engine: Engine, network: Network, ids: readonly string[]): Steps {
  const proxies = ids.map(getProxy);
  let [steps, macs] = [0, 0];
  return {
    macs: () => macs / steps,
    step() {
      const context = new SeedContext({ engine, random: new Random(steps++) });
      const results = proxies.map((proxy) => proxy.score(network, context));
      macs += results.reduce((sum, result) => sum + result.macs, 0);
      return results[0].value;
    },
  };
}
