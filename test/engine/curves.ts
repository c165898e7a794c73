import type { Graph } from '../../core/graph/graph.ts';
import { derivativeName } from '../../core/graph/tangent.ts';
import { evaluateExactly, type ExactTensor } from './exact.ts';

type ExactFeeds = Readonly<Record<string, ExactTensor>>;

/**
 * The derivative of a graph's outputs in double precision by a central difference, when its feeds move: each along its
 * first derivative and, where it is fed that too, first derivatives along the second.
 *
 * @param feeds of the graph, and `derivativeName`s of those that move
 */
export function curveDerivative(graph: Graph, feeds: ExactFeeds, outputs: readonly string[], step = 1e-7): Float64Array[] {
  const at = (shift: number) => evaluateExactly(graph, Object.fromEntries(Object.entries(feeds).map(([name, { shape, data }]) => {
    const speed = feeds[derivativeName(name, 1)] ?? secondOf(feeds, name);
    return [name, speed ? { shape, data: Float64Array.from(data, (value, i) => value + shift * speed.data[i]) } : { shape, data }];
  })));
  const [after, before] = [at(step), at(-step)];
  return outputs.map((name) => {
    const [end, start] = [after.get(name)!.data, before.get(name)!.data];
    return Float64Array.from(end, (value, i) => (value - start[i]) / (2 * step));
  });
}

/** What moves a feed that is itself a first derivative. */
function secondOf(feeds: ExactFeeds, name: string): ExactTensor | undefined {
  const first = derivativeName('', 1);
  return name.startsWith(first) ? feeds[derivativeName(name.slice(first.length), 2)] : undefined;
}
