import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { listEngines } from '../../core/engine/engines.ts';
import { differentiableFeeds } from '../../core/graph/gradient.ts';
import { modeGraph, type ForwardMode } from '../../core/model/forward.ts';
import type { Block, BlockType } from '../../core/network/blocks.ts';
import { normal, relativeDifference, runForward, runGraph, withReference, type GraphRun } from '../engine/compare.ts';
import { directionalDerivative, evaluateExactly } from '../engine/exact.ts';
import { allBlocks, blockFeeds } from './blockCases.ts';

const tolerance = 1e-4;
const blockTypes: Readonly<Record<BlockType, true>> = {
  conv: true, mbconv: true, attention: true, ffn: true, pooledHead: true, patchEmbed: true, overlappingPatchEmbed: true, depthwisePool: true,
  encoderAttention: true, relativeAttention: true, encoderMlp: true, patchMerging: true, tokenHead: true, tokenPool: true,
};

describe('block types', () => {
  it('are all covered here', () => {
    expect(new Set(allBlocks().map(({ block }) => block.type))).toEqual(new Set(Object.keys(blockTypes)));
  });
});

const states = (await listEngines()).filter(({ id }) => id === 'ort' || id === 'tensorflow');
const cases = states.flatMap((info) => (['training', 'inference'] as const).map((mode) => ({
  ...info, mode, note: info.available ? '' : ` (skipped: ${info.reason})`,
})));

describe.for(cases)('in $mode, $id agrees with the js engine and with double precision$note:', ({ id, mode, available }) => {
  if (!available) return void it.skip('every block');
  let engine: Engine;
  let js: Engine;
  beforeAll(async () => { [engine, js] = await withReference(id); });

  const blocks = allBlocks().map(({ label, block }, index) => [label, block, index] as const);
  // Without batch norms both modes run the same graph, and the other one's round has checked it.
  const own = mode === 'training' ? blocks : blocks.filter(([, block]) => nodesOf(block, 'inference') !== nodesOf(block, 'training'));
  it.each(own)('%s', async (label, block, index) => {
    const graph = modeGraph(block, mode);
    for (const batch of [1, 3]) {
      const random = new Random(`${label} ${mode} ${batch}`);
      const feeds = blockFeeds(block, mode, batch, random);
      const exact = evaluateExactly(graph, feeds);
      const expected = exact.get(graph.outputs[0])!;
      const weights = normal(random, expected.shape);
      const wrt = differentiableFeeds(graph);
      const [fast, reference] = [await runGraph(engine, graph, feeds, weights, wrt), await runGraph(js, graph, feeds, weights, wrt)];

      expect(relativeDifference(fast.output, expected.data), 'output').toBeLessThan(tolerance);
      expect(relativeDifference(fast.output, reference.output), 'output, tfjs').toBeLessThan(tolerance);
      expect(relativeDifference(await runForward(engine, graph, feeds), expected.data), 'output without tape').toBeLessThan(tolerance);
      expect(Object.keys(fast.statistics).sort()).toEqual([...graph.outputs.slice(1)].sort());
      for (const name of graph.outputs.slice(1)) {
        expect(relativeDifference(fast.statistics[name], exact.get(name)!.data), name).toBeLessThan(tolerance);
        expect(relativeDifference(reference.statistics[name], exact.get(name)!.data), `${name}, tfjs`).toBeLessThan(tolerance);
      }
      // Some gradients are zero but for rounding: that of a bias in front of a batch norm, say.
      const floor = 1e-2 * Math.max(...wrt.map((name) => largest(fast.gradients[name])));
      for (const name of wrt) {
        expect(relativeDifference(fast.gradients[name], reference.gradients[name], floor), `gradient of ${name}, tfjs`).toBeLessThan(tolerance);
      }
      // The slopes judge the derived backward pass; tfjs derives its own on the other engines.
      if (id !== 'ort') continue;
      // One direction through all feeds for every block, one for each feed where there are few blocks of the type.
      const groups = block.type === 'mbconv' && index % 6 !== 0 ? [wrt] : wrt.map((name) => [name]);
      for (const names of groups) {
        const directions = Object.fromEntries(names.map((name) => [name, normal(random, feeds[name].shape).data]));
        const { slope, size } = along(fast.gradients, directions);
        const finite = directionalDerivative(graph, feeds, weights.data, directions);
        expect(relativeDifference([slope], [finite], Math.max(size, floor)), `gradient of ${names}, finite difference`).toBeLessThan(tolerance);
      }
    }
  });
});

const nodesOf = (block: Block, mode: ForwardMode) => JSON.stringify(modeGraph(block, mode).nodes);

/** The slope along a direction, and the size of the terms that it is summed from. */
function along(gradients: GraphRun['gradients'], directions: Readonly<Record<string, ArrayLike<number>>>): { slope: number; size: number } {
  let slope = 0;
  let squares = 0;
  for (const [name, direction] of Object.entries(directions)) {
    gradients[name].forEach((g, i) => {
      slope += g * direction[i];
      squares += (g * direction[i]) ** 2;
    });
  }
  return { slope, size: Math.sqrt(squares) };
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
