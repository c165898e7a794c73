import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { withoutJets } from '../../core/graph/jets/operators.ts';
import { withJets } from '../../core/graph/jets/withJets.ts';
import { derivativeName, forwardMode, type Order } from '../../core/graph/tangent.ts';
import { modeGraph } from '../../core/model/forward.ts';
import type { Block } from '../../core/network/blocks.ts';
import { bothEngines, normal, relativeDifference, type Feeds } from '../engine/compare.ts';
import { evaluateExactly, sizeOf } from '../engine/exact.ts';
import { evaluateOn } from '../engine/tangents.ts';
import { allBlocks, blockFeeds, encoderAttentionBlock } from './blockCases.ts';

/*
 * Stacks of values and derivatives against forward mode on them one by one (core/graph/tangent.ts), which is checked
 * against differences.
 */

const orders = [1, 2] as const;

/** What a graph is fed for a stack, and for its components one by one. */
function curveFeeds(feeds: Feeds, order: Order, random: Random): { stacked: Feeds; apart: Feeds } {
  const { x, ...others } = feeds;
  const components = [x, ...Array.from({ length: order }, () => normal(random, x.shape))];
  const [batch, ...rest] = x.shape;
  const data = new Float32Array(components.length * sizeOf(x.shape));
  const each = sizeOf(rest);
  components.forEach((component, i) => {
    for (let image = 0; image < batch; image++) data.set(component.data.subarray(image * each, (image + 1) * each), (image * components.length + i) * each);
  });
  return {
    stacked: { ...others, x: { shape: [batch, components.length, ...rest], data } },
    apart: { ...feeds, ...Object.fromEntries(components.slice(1).map((component, i) => [derivativeName('x', i + 1 as Order), component])) },
  };
}

/** [batch, components, ...] by forward mode in double precision. */
function expected(graph: Graph, order: Order, feeds: Feeds): Float64Array {
  const [output] = graph.outputs;
  const { graph: tangent, derivatives } = forwardMode(graph, order, { x: order }, [output]);
  const values = evaluateExactly(tangent, feeds);
  const value = values.get(output)!;
  const zeros = new Float64Array(value.data.length);
  const components = [value.data, ...derivatives.map((found) => (found.has(output) ? values.get(found.get(output)!)!.data : zeros))];
  const [batch] = value.shape;
  const each = value.data.length / batch;
  return Float64Array.from({ length: components.length * value.data.length }, (_, i) => {
    const [image, component, at] = [Math.floor(i / each / components.length), Math.floor(i / each) % components.length, i % each];
    return components[component][image * each + at];
  });
}

async function deviations(graph: Graph, order: Order, feeds: Feeds, engines: readonly Engine[], random: Random): Promise<{ exact: number; engines: number[] }> {
  const { stacked, apart } = curveFeeds(feeds, order, random);
  const jets = withJets(graph, order);
  const truth = expected(graph, order, apart);
  const spelled = withoutJets(jets);
  const exact = relativeDifference(evaluateExactly(spelled, stacked).get(spelled.outputs[0])!.data, truth);
  const found: number[] = [];
  for (const engine of engines) found.push(relativeDifference((await evaluateOn(engine, jets, stacked)).get(jets.outputs[0])!, truth));
  return { exact, engines: found };
}

/** Of the inverted residuals, of which there are many, one in nine. */
const cases = allBlocks().filter(({ block }, i) => block.type !== 'mbconv' || i % 9 === 0).map(({ label, block }, i) => [label, block, i] as const);
/** More attention weights than are made at a time. */
const large: readonly (readonly [string, Block])[] = [
  ['attention in pieces of its queries', encoderAttentionBlock({ channels: 6, numHeads: 2, headDim: 3, size: 17, extraTokens: 0 })],
  ['attention in pieces within windows', encoderAttentionBlock({ channels: 6, numHeads: 2, headDim: 5, size: 32, extraTokens: 0, splits: 2 })],
  ['attention in pieces of its heads', encoderAttentionBlock({ channels: 6, numHeads: 40, headDim: 3, size: 5, extraTokens: 1 })],
];

describe('a stack of values and derivatives', () => {
  let engines: readonly Engine[];
  beforeAll(async () => { engines = await bothEngines(); });

  it.each(cases)('is what forward mode yields: %s', async (label, block, i) => {
    const random = new Random(`${label} jets`);
    for (const order of orders) {
      // The slow engine takes its turn.
      const running = i % 3 === order ? engines : engines.slice(0, 1);
      const found = await deviations(modeGraph(block, 'inference'), order, blockFeeds(block, 'inference', 2, random), running, random);
      expect(found.exact, `order ${order}`).toBeLessThan(1e-11);
      for (const deviation of found.engines) expect(deviation, `order ${order} on an engine`).toBeLessThan(2e-5);
    }
  });

  it.each(large)('is the same by kernels as spelled out: %s', async (label, block) => {
    const random = new Random(`${label} jets`);
    const { stacked } = curveFeeds(blockFeeds(block, 'inference', 2, random), 2, random);
    const jets = withJets(modeGraph(block, 'inference'), 2);
    const [fused, spelled] = [await evaluateOn(engines[0], jets, stacked), await evaluateOn(engines[0], withoutJets(jets), stacked)];
    expect(relativeDifference(fused.get(jets.outputs[0])!, spelled.get(jets.outputs[0])!)).toBeLessThan(2e-5);
  });
});
