import { GraphBuilder } from './builder.ts';
import { feedNames, pruned, type Graph } from './graph.ts';
import { withoutRepetition } from './repetition.ts';
import { tangentRules } from './tangentRules.ts';

export type Order = 1 | 2;

/**
 * Feeds that move along a curve, each with the order of its highest derivative that is not zero: 1 for those that move
 * in a straight line. All others stand still and cost nothing.
 */
export type Movement = Readonly<Record<string, Order>>;

/** A graph that carries derivatives along a curve beside its values. */
export interface TangentGraph {
  /**
   * Inputs: the given graph's, and for each moving feed its derivatives under `derivativeName`. Outputs: the given
   * graph's, then the derivatives named below.
   */
  readonly graph: Graph;
  /** For each order, first derivatives first: the value that is an output's derivative. Those that are zero are absent. */
  readonly derivatives: readonly ReadonlyMap<string, string>[];
}

/** The input that a feed's derivative of an order arrives in. */
export function derivativeName(feed: string, order: Order): string {
  return `d${order}:${feed}`;
}

/**
 * Forward-mode differentiation as a transformation of graphs: one rule per operator (tangentRules.ts). With feeds x(t)
 * it yields outputs y = f(x), y' = f'(x) x' and, for order 2, y'' = f'(x) x'' + f''(x)(x', x'), which is the tangent of
 * y' by the same rules. Operators with kinks have their derivative from one side there.
 *
 * @param outputs values of which derivatives are wanted
 * @throws RangeError when an operator on the way has no rule
 */
export function forwardMode(graph: Graph, order: Order, moving: Movement, outputs: readonly string[] = graph.outputs): TangentGraph {
  const builder = GraphBuilder.from(graph, { name: `${graph.name}.tangent${order}`, namespace: 'tangent/' });
  const tangents = new Map<string, string | undefined>();
  for (const [feed, highest] of Object.entries(moving)) {
    if (!feedNames(graph).includes(feed)) throw new RangeError(`Graph "${graph.name}" is fed no "${feed}" that could move.`);
    let value = feed;
    for (let i = 1; i <= Math.min(order, highest); i++) {
      const derivative = builder.input(derivativeName(feed, i as Order), builder.dims(feed));
      tangents.set(value, derivative);
      value = derivative;
    }
    tangents.set(value, undefined);
  }

  /** The derivative of any value along the curve; undefined where it is zero. Rules ask for what they need, so only that is built. */
  const tangent = (name: string): string | undefined => {
    if (tangents.has(name)) return tangents.get(name);
    const node = builder.producer(name);
    if (!node?.inputs.some((input) => tangent(input) !== undefined)) {
      tangents.set(name, undefined);
      return undefined;
    }
    const rule = tangentRules[node.operator];
    if (!rule) throw new RangeError(`Operator ${node.operator} in graph "${graph.name}" has no tangent.`);
    const found = rule({ builder, node, tangent });
    node.outputs.forEach((output, i) => tangents.set(output, found[i]));
    return tangents.get(name);
  };

  const derivatives: Map<string, string>[] = [];
  for (let i = 0; i < order; i++) {
    const before = i === 0 ? new Map(outputs.map((name) => [name, name])) : derivatives[i - 1];
    const found = [...before].map(([output, value]) => [output, tangent(value)] as const);
    derivatives.push(new Map(found.filter((pair): pair is [string, string] => pair[1] !== undefined)));
  }
  const wanted = [...outputs, ...derivatives.flatMap((found) => [...found.values()])];
  return { graph: withoutUnusedInputs(pruned(withoutRepetition(builder.build(wanted))), graph), derivatives };
}

/** Derivatives that nothing depends on need not be fed; the given graph's own inputs stay. */
function withoutUnusedInputs(graph: Graph, given: Graph): Graph {
  const used = new Set([...given.inputs, ...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs]);
  return { ...graph, inputs: graph.inputs.filter((name) => used.has(name)) };
}
