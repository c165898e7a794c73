import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { differentiableFeeds } from '../../core/graph/gradient.ts';
import type { Order } from '../../core/graph/tangent.ts';
import { modeGraph, type ForwardMode } from '../../core/model/forward.ts';
import type { Block } from '../../core/network/blocks.ts';
import { bothEngines } from '../engine/compare.ts';
import { hessianDeviation, tangentDeviation } from '../engine/tangents.ts';
import { allBlocks, blockFeeds } from './blockCases.ts';

const tolerance = 1e-4;
/** Central differences in double precision leave about 1e-8. */
const differenceTolerance = 1e-6;

/** What is slow is checked in one of the modes only, which is another one for each block. */
const isTurnOf = (mode: ForwardMode, index: number) => (index % 2 === 0) === (mode === 'training');

/** Every variant in both modes, but the many of inverted residuals in one. */
function blocksIn(mode: ForwardMode): (readonly [string, Block, number])[] {
  return allBlocks().map(({ label, block }, index) => [label, block, index] as const)
    .filter(([, block, index]) => block.type !== 'mbconv' || isTurnOf(mode, index));
}

describe.each(['training', 'inference'] as const)('in %s, derivatives along curves and Hessian-vector products agree with differences:', (mode) => {
  let engines: readonly Engine[];
  beforeAll(async () => { engines = await bothEngines(); });

  it.each(blocksIn(mode))('%s', async (label, block, index) => {
    const graph = modeGraph(block, mode);
    const random = new Random(`${label} ${mode} curve`);
    const feeds = blockFeeds(block, mode, 1 + 2 * ((index >> 1) % 2), random);
    const wrt = differentiableFeeds(graph);
    const running = isTurnOf(mode, index) ? engines : [];

    const bothOrders = Object.fromEntries(wrt.map((name, i) => [name, name === 'x' ? 2 : 1 + i % 2 as Order]));
    for (const moving of [{ x: 2 }, bothOrders] as const) {
      const { differences, engines: found } = await tangentDeviation(graph, feeds, moving, random, moving === bothOrders ? running : []);
      expect(differences, 'derivatives').toBeLessThan(differenceTolerance);
      for (const deviation of found) expect(deviation, 'derivatives on an engine').toBeLessThan(tolerance);
    }
    const { differences, engines: found, asymmetry } = await hessianDeviation(graph, feeds, wrt, random, running);
    expect(differences, 'product').toBeLessThan(differenceTolerance);
    expect(asymmetry, "u'Hv = v'Hu").toBeLessThan(1e-11);
    for (const deviation of found) expect(deviation, 'product on an engine').toBeLessThan(tolerance);
  });
});
