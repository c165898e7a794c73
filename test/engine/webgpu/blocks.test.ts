import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { evaluate } from '../../../core/graph/dims.ts';
import { differentiableFeeds } from '../../../core/graph/gradient.ts';
import { bindFeeds, valueOf } from '../../../core/graph/graph.ts';
import { modeGraph, type ForwardMode } from '../../../core/model/forward.ts';
import { allBlocks, blockFeeds } from '../../model/blockCases.ts';
import { normal, relativeDifference, runForward, runGraph, withReference } from '../compare.ts';
import { gpuForTests } from './gpu.ts';

const gpu = gpuForTests();
const tolerance = 1e-4;

/** One block for each graph that a mode has; the graph's symbols take any sizes. */
function variants(mode: ForwardMode) {
  const byGraph = new Map(allBlocks().map((entry) => [modeGraph(entry.block, mode), entry]));
  return [...byGraph.values()].map(({ label, block }) => [label, block] as const);
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.skipIf(gpu.reason)(gpu.reason ? `blocks on a GPU (skipped: ${gpu.reason})` : `blocks on ${gpu.device} agree with the js engine`, () => {
  let engine: Engine;
  let js: Engine;
  beforeAll(async () => { [engine, js] = await withReference('webgpu'); });

  describe.each(['training', 'inference'] as const)('in %s:', (mode) => {
    it.each(variants(mode))('%s', async (label, block) => {
      const graph = modeGraph(block, mode);
      const random = new Random(`${label} ${mode}`);
      const feeds = blockFeeds(block, mode, 3, random);
      const sizes = new Map<string, number>();
      bindFeeds(graph, feeds, sizes);
      const weights = normal(random, valueOf(graph, graph.outputs[0]).dims.map((dim) => evaluate(dim, sizes)));
      const wrt = differentiableFeeds(graph);
      const [run, reference] = [await runGraph(engine, graph, feeds, weights, wrt), await runGraph(js, graph, feeds, weights, wrt)];
      expect(relativeDifference(run.output, reference.output), 'output').toBeLessThan(tolerance);
      expect(relativeDifference(await runForward(engine, graph, feeds), reference.output), 'output without tape').toBeLessThan(tolerance);
      expect(Object.keys(run.statistics).sort()).toEqual(Object.keys(reference.statistics).sort());
      for (const [name, values] of Object.entries(reference.statistics)) {
        expect(relativeDifference(run.statistics[name], values), name).toBeLessThan(tolerance);
      }
      // Some gradients are zero but for rounding: that of a bias in front of a batch norm, say.
      const floor = 1e-2 * Math.max(...wrt.map((name) => largest(reference.gradients[name])));
      for (const name of wrt) {
        expect(relativeDifference(run.gradients[name], reference.gradients[name], floor), `gradient of ${name}`).toBeLessThan(tolerance);
      }
    });
  });
});
