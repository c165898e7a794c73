import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { gradientRules } from '../../core/graph/gradientRules.ts';
import type { Graph, Operator } from '../../core/graph/graph.ts';
import { hessianVectorProduct } from '../../core/graph/hessian.ts';
import type { Order } from '../../core/graph/tangent.ts';
import { tangentRules } from '../../core/graph/tangentRules.ts';
import { bothEngines, normal, type Feeds } from '../engine/compare.ts';
import { hessianDeviation, orderDeviation, tangentDeviation } from '../engine/tangents.ts';
import { operatorCases, operatorDraws, unary, wide, type MakeCase } from './operatorCases.ts';

/** Statistics that move too: the form in which derived graphs compute a norm again. */
const runningBatchNormalization: MakeCase = (random) => {
  const channels = 1 + random.integer(4);
  const shape = [1 + random.integer(3), channels, 1 + random.integer(3), 1 + random.integer(3)];
  const builder = new GraphBuilder('running');
  builder.input('x', ['B', 'C', 'H', 'W']);
  const parameters = ['scale', 'bias', 'mean', 'variance'].map((name) => builder.parameter(name, ['C']));
  const positive = { shape: [channels], data: normal(random, [channels]).data.map((v) => 0.5 + Math.abs(v)) };
  return {
    graph: builder.build([builder.add('BatchNormalization', ['x', ...parameters], { epsilon: 1e-3 })]),
    feeds: { x: normal(random, shape), scale: normal(random, [channels]), bias: normal(random, [channels]), mean: normal(random, [channels]), variance: positive },
  };
};

const cases: Readonly<Record<string, MakeCase>> = {
  ...operatorCases, 'BatchNormalization, running': runningBatchNormalization,
  Abs: unary('Abs', wide), Sign: unary('Sign', wide), Erf: unary('Erf', wide),
};

const floats = (feeds: Feeds) => Object.keys(feeds).filter((name) => feeds[name].data instanceof Float32Array);
const drawsOf = (operator: string) => Array.from({ length: operatorDraws[operator] ?? 5 }, (_, draw) => draw);

describe('tangent rules', () => {
  let engines: [Engine, Engine];
  beforeAll(async () => { engines = await bothEngines(); });

  it.each(Object.keys(cases))('of %s agree with central differences, first and second order, on both engines', async (operator) => {
    for (const draw of drawsOf(operator)) {
      const random = new Random(`tangent rule ${operator} ${draw}`);
      const { graph, feeds } = cases[operator](random, draw);
      // All feeds together, and each alone: the others' tangents are then no part of the graph.
      const groups = [floats(feeds), ...floats(feeds).map((name) => [name])];
      for (const [i, names] of groups.entries()) {
        const moving = Object.fromEntries(names.map((name, j) => [name, 1 + (draw + i + j) % 2 as Order]));
        const { differences, engines: found } = await tangentDeviation(graph, feeds, moving, random, engines);
        expect(differences, `${draw}: ${names}`).toBeLessThan(1e-6);
        for (const deviation of found) expect(deviation, `${draw}: ${names}`).toBeLessThan(5e-5);
      }
    }
  });
});

describe('tangent rules of adjoints', () => {
  let engines: [Engine, Engine];
  beforeAll(async () => { engines = await bothEngines(); });

  it.each(Object.keys(operatorCases))('of %s give Hessian-vector products that agree with differences of gradients and are symmetric', async (operator) => {
    for (const draw of drawsOf(operator)) {
      const random = new Random(`adjoint tangent rule ${operator} ${draw}`);
      const { graph, feeds } = operatorCases[operator](random, draw);
      const { differences, engines: found, asymmetry } = await hessianDeviation(cubed(graph), feeds, floats(feeds), random, engines);
      expect(differences, `${draw}`).toBeLessThan(1e-6);
      expect(asymmetry, `${draw}`).toBeLessThan(1e-11);
      for (const deviation of found) expect(deviation, `${draw}`).toBeLessThan(5e-5);
    }
  });

  it.each(Object.keys(operatorCases))('of %s agree with reverse mode over its tangent', (operator) => {
    for (const draw of drawsOf(operator)) {
      const random = new Random(`reverse over forward ${operator} ${draw}`);
      const { graph, feeds } = operatorCases[operator](random, draw);
      expect(orderDeviation(cubed(graph), feeds, floats(feeds), random), `${draw}`).toBeLessThan(1e-9);
    }
  });

  it('are all checked here or above: a new rule needs a new case', () => {
    const met = new Set<string>(Object.keys(operatorCases));
    for (const operator of ['Abs', 'Sign', 'Erf']) met.add(operator);
    for (const operator of Object.keys(operatorCases)) {
      const { graph, feeds } = operatorCases[operator](new Random('rules met'), 0);
      const product = hessianVectorProduct(cubed(graph), 'y', floats(feeds)).graph;
      for (const node of product.nodes) met.add(node.operator);
    }
    expect((Object.keys(tangentRules) as Operator[]).filter((operator) => !met.has(operator))).toEqual([]);
    expect(Object.keys(gradientRules).filter((operator) => !Object.hasOwn(tangentRules, operator))).toEqual([]);
  });
});

/** The cube of a graph's first output, whose gradient at that output moves with it. */
function cubed(graph: Graph): Graph {
  const builder = GraphBuilder.from(graph, { namespace: 'cubed/' });
  const [x] = graph.outputs;
  return builder.build([builder.add('Mul', [builder.mul(x, x), x], {}, 'y')]);
}
