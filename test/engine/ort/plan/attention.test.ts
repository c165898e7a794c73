import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { Engine } from '../../../../core/engine/engine.ts';
import { startEngine } from '../../../../core/engine/engines.ts';
import { joinAttention } from '../../../../core/engine/ort/plan/joinAttention.ts';
import { tileSizes } from '../../../../core/engine/ort/plan/attentionTiles.ts';
import { gradientGraph } from '../../../../core/graph/gradient.ts';
import type { Graph } from '../../../../core/graph/graph.ts';
import { withJets } from '../../../../core/graph/jets/withJets.ts';
import { modeGraph } from '../../../../core/model/forward.ts';
import { blockFeeds, encoderAttentionBlock } from '../../../model/blockCases.ts';
import { normal, relativeDifference, type Feeds } from '../../compare.ts';
import { evaluateExactly } from '../../exact.ts';
import { evaluateOn } from '../../tangents.ts';

const block = (sizes: { numHeads: number; headDim: number; size: number; extraTokens?: number; splits?: number }) =>
  encoderAttentionBlock({ channels: 6, extraTokens: 0, ...sizes });
const wanted = ['query.weight', 'key.weight', 'value.weight', 'project.weight', 'x'];
const gradientOf = (graph: Graph) => gradientGraph(graph, graph.outputs[0], wanted);
const operators = (graph: Graph) => joinAttention(graph).nodes.map(({ operator }) => operator);
/** The same graph with the attention weights among its outputs, so that they are made as a whole. */
const unjoined = (graph: Graph): Graph => ({ ...graph, outputs: [...graph.outputs, graph.nodes.find(({ operator }) => operator === 'Softmax')!.outputs[0]] });

let engine: Engine;
beforeAll(async () => { engine = await startEngine('ort'); });

function feedsFor(graph: Graph, sizes: Parameters<typeof block>[0], batch: number): Feeds {
  const feeds = blockFeeds(block(sizes), 'inference', batch, new Random(JSON.stringify(sizes)));
  return { ...feeds, [graph.inputs.at(-1)!]: normal(new Random('upstream'), feeds.x.shape) };
}

describe('attention in one step', () => {
  it('takes the place of its operators where nobody else wants the weights', () => {
    const graph = modeGraph(block({ numHeads: 2, headDim: 3, size: 2 }), 'inference');
    expect(operators(graph).filter((operator) => ['Softmax', 'Attention'].includes(operator))).toEqual(['Attention']);
    expect(operators(gradientOf(graph)).filter((operator) => /Softmax|Attention/.test(operator))).toEqual(['AttentionWithGradient']);
    expect(operators(withJets(graph, 2)).filter((operator) => /Softmax|Attention/.test(operator))).toEqual(['Attention']);
    for (const other of [graph, gradientOf(graph)].map(unjoined)) expect(joinAttention(other)).toBe(other);
    // Without the gradient of the keys some of the usual products are missing.
    const fewer = gradientGraph(graph, graph.outputs[0], ['value.weight', 'project.weight']);
    expect(operators(fewer)).toContain('Softmax');
  });

  it.each([
    { numHeads: 2, headDim: 3, size: 3 }, { numHeads: 3, headDim: 8, size: 2, extraTokens: 1 }, { numHeads: 2, headDim: 5, size: 6, splits: 3 }, { numHeads: 1, headDim: 4, size: 1 },
  ])('has the gradients of its definition: %j', async (sizes) => {
    const graph = gradientOf(modeGraph(block(sizes), 'inference'));
    const feeds = feedsFor(graph, sizes, 3);
    const [found, exact] = [await evaluateOn(engine, graph, feeds), evaluateExactly(graph, feeds)];
    for (const name of graph.outputs) expect(relativeDifference(found.get(name)!, exact.get(name)!.data), name).toBeLessThan(1e-5);
  });

  it.each([
    ['of some queries at a time', { numHeads: 2, headDim: 3, size: 28 }, { rows: 392, together: 1 }],
    ['of some heads at a time', { numHeads: 40, headDim: 3, size: 12, extraTokens: 1 }, { rows: 145, together: 20 }],
    ['within windows', { numHeads: 2, headDim: 5, size: 40, splits: 4 }, { rows: 100, together: 32 }],
  ] as const)('is the same by pieces %s as by whole maps of weights', async (_, sizes, pieces) => {
    const { numHeads, headDim, size, splits = 1 } = { splits: 1, ...sizes };
    const tokens = (size / splits) ** 2 + ('extraTokens' in sizes ? sizes.extraTokens : 0);
    expect(tileSizes({
      components: 1, parts: splits ** 2, heads: numHeads, queries: tokens, keys: tokens, width: headDim, valueWidth: headDim, withGradient: true,
    })).toMatchObject(pieces);
    const graph = gradientOf(modeGraph(block(sizes), 'inference'));
    const feeds = feedsFor(graph, sizes, 2);
    const [found, whole] = [await evaluateOn(engine, graph, feeds), await evaluateOn(engine, unjoined(graph), feeds)];
    for (const name of graph.outputs) expect(relativeDifference(found.get(name)!, whole.get(name)!), name).toBeLessThan(1e-5);
  });
});
