import { expect, it } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { elementwiseEmitters } from '../../../../core/engine/ort/plan/elementwise.ts';
import type { Layout } from '../../../../core/engine/ort/plan/layout.ts';
import { mapEmitters } from '../../../../core/engine/ort/plan/maps.ts';
import { normEmitters } from '../../../../core/engine/ort/plan/norms.ts';
import { Planner } from '../../../../core/engine/ort/plan/planner.ts';
import { rowEmitters } from '../../../../core/engine/ort/plan/rows.ts';
import { shapeEmitters } from '../../../../core/engine/ort/plan/shapes.ts';
import { tokenEmitters } from '../../../../core/engine/ort/plan/tokens.ts';
import { differentiableFeeds, differentiate } from '../../../../core/graph/gradient.ts';
import { feedNames, valueOf, type Graph } from '../../../../core/graph/graph.ts';
import { modeGraph } from '../../../../core/model/forward.ts';
import { operatorCases, operatorDraws, unary, wide } from '../../../graph/operatorCases.ts';
import { allBlocks } from '../../../model/blockCases.ts';

/** In the order in which a plan asks them. */
const tables = {
  tokens: tokenEmitters, maps: { ...elementwiseEmitters, ...mapEmitters, ...normEmitters, ...shapeEmitters }, rows: rowEmitters,
} as const;

/** Plans a graph as the engine does. @returns who planned which operator, and how each value then lies */
function plan(graph: Graph, layouts: ReadonlyMap<string, Layout>): { planned: string[]; layoutOf: (name: string) => Layout } {
  // Integers between nodes: the engine leaves all of such a graph to ONNX Runtime.
  if (graph.nodes.some(({ outputs }) => outputs.some((name) => valueOf(graph, name).dtype === 'int32'))) return { planned: [], layoutOf: () => 'declared' };
  const planner = new Planner(graph, layouts, false);
  const planned: string[] = [];
  for (const node of graph.nodes) {
    const table = Object.entries(tables).find(([, emitters]) => emitters[node.operator]?.(node, planner));
    if (table) planned.push(`${table[0]}: ${node.operator}`);
    else planner.leave(node);
  }
  return { planned, layoutOf: (name) => (planner.has(name) ? planner.layoutOf(name) : 'declared') };
}

/**
 * Plans a graph for inference, and its forward and backward for training: what reaches the backward lies as the forward left
 * it.
 * @param fedLayout how maps are fed: as tensors come, or as blocks of a network hand them on
 */
function planAll(graph: Graph, fedLayout: Layout = 'declared'): string[] {
  const feedsOf = (of: Graph, layoutOf: (name: string) => Layout) =>
    new Map(feedNames(of).filter((name) => valueOf(of, name).dtype === 'float32').map((name) => [name, layoutOf(name)]));
  const [output] = graph.outputs;
  const { forward, backward, upstream } = differentiate(graph, output, differentiableFeeds(graph));
  const isMap = (name: string) => graph.inputs.includes(name) && valueOf(graph, name).dims.length === 4;
  const given = (name: string) => (isMap(name) ? fedLayout : 'declared');
  const inference = plan(graph, feedsOf(graph, given));
  const fed = plan(forward, feedsOf(forward, given));
  const back = plan(backward, feedsOf(backward, (name) => fed.layoutOf(name === upstream ? output : name)));
  return [...inference.planned, ...fed.planned, ...back.planned];
}

/*
 * The graphs here are those that test/model/blocks.test.ts and networks.test.ts, and test/graph/gradientRules.test.ts and
 * tangentRules.test.ts run and compare with the reference, so a way of planning that nothing here takes would be compared
 * nowhere.
 */
it('every way of planning an operator is taken by a block or an operator that other tests compare with the reference', () => {
  const taken = new Set<string>();
  for (const { block } of allBlocks()) {
    for (const mode of ['training', 'inference'] as const) {
      for (const layout of ['declared', 'batchLast'] as const) planAll(modeGraph(block, mode), layout).forEach((way) => taken.add(way));
    }
  }
  for (const [operator, make] of Object.entries(operatorCases)) {
    for (let draw = 0; draw < (operatorDraws[operator] ?? 5); draw++) {
      planAll(make(new Random(`gradient rule ${operator} ${draw}`), draw).graph).forEach((way) => taken.add(way));
    }
  }
  for (const operator of ['Abs', 'Sign', 'Erf'] as const) {
    const { graph } = unary(operator, wide)(new Random(operator), 0);
    plan(graph, new Map(graph.inputs.map((name) => [name, 'declared']))).planned.forEach((way) => taken.add(way));
  }
  const ways = Object.entries(tables).flatMap(([table, emitters]) => Object.keys(emitters).map((operator) => `${table}: ${operator}`));
  expect(ways.filter((way) => !taken.has(way))).toEqual([]);
});
