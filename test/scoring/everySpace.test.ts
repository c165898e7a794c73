import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { blockRole } from '../../core/network/roles.ts';
import { proxyIds } from '../../core/scoring/catalogue.ts';
import { SeedContext } from '../../core/scoring/context.ts';
import { getProxy } from '../../core/scoring/proxies.ts';
import { scoreNetwork } from '../../core/scoring/score.ts';
import { getSpace, spaceIds } from '../../core/spaces/index.ts';

/** Those that are sums of sizes, or count. */
const positive = ['params', 'macs', 'depth', 'mlp-ratios', 'dss-literal', 'dss-released-literal', 'snip', 'grad-norm', 'synflow', 'nuclear-norm'];
/** Of attention and MLPs, which networks of convolutions have none of. */
const ofTransformers = ['depth', 'mlp-ratios', 'dss-literal', 'dss-released-literal'];
const others = ['grasp', 'naswot', 'te-score'];

describe('every published proxy has a valid score', () => {
  it.each(spaceIds.filter((id) => id.endsWith('-mini')))('of the smallest network of %s, whatever its blocks are', async (id) => {
    const engine = await startEngine('ort', { threads: 1 });
    const space = getSpace(id);
    const network = space.lower(space.smallest, { classes: 4 });
    const hasAttention = network.blocks.some((block) => blockRole(block) === 'attention');
    const context = new SeedContext({ engine, random: new Random(1), input: { batch: 3 } });
    expect(proxyIds).toEqual(expect.arrayContaining([...positive, ...others]));
    const names = [...positive, ...others];
    const scores = scoreNetwork(names.map(getProxy), network, [context]);
    for (const [i, { value, invalid }] of scores.entries()) {
      expect(invalid, names[i]).toBeUndefined();
      expect(Number.isFinite(value), names[i]).toBe(true);
      if (ofTransformers.includes(names[i]) && !hasAttention) expect(value, names[i]).toBe(0);
      else if (positive.includes(names[i])) expect(value, names[i]).toBeGreaterThan(0);
    }
  });
});
