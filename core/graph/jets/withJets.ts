import { GraphBuilder } from '../builder.ts';
import { product } from '../dims.ts';
import type { Graph } from '../graph.ts';
import type { Order } from '../tangent.ts';
import { spelledRule, stackRules } from './rules.ts';
import { batch, hasImagesInFront, stack, unstack } from './stack.ts';

/**
 * Forward-mode differentiation that keeps every value together with its derivatives, as the batch: each image is followed
 * by its first (and second) derivative along the curve as if they were images too. Operators that are linear in what
 * moves, which is most of them, work on such a stack as they are, one matrix product for all derivatives; only the others
 * are written anew (rules.ts). Parameters and tables stand still.
 *
 * @param graph whose first input [B, ...] moves, and of which the first output [B, ...] is wanted
 * @returns the graph from [B, 1 + order, ...] to [B, 1 + order, ...]: value, first and second derivative of each image
 * @throws RangeError when an operator on the way has no derivative
 */
export function withJets(graph: Graph, order: Order): Graph {
  const components = 1 + order;
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  const builder = new GraphBuilder(`${graph.name}.jets${order}`, 'jets/');
  const [first, ...rest] = graph.values.get(input)!.dims;
  if (first !== batch) throw new RangeError(`Input "${input}" of graph "${graph.name}" has no batch in front that could be stacked.`);
  builder.input(input, [batch, components, ...rest]);
  for (const name of graph.parameters) builder.parameter(name, graph.values.get(name)!.dims);
  for (const name of graph.tables) builder.table(name, graph.values.get(name)!.dims);
  for (const size of graph.scalars.values()) builder.scalar(size);

  /** Moving values: stacked where the images are in front, otherwise the value and its derivatives one by one. */
  const stacks = new Map([[input, builder.reshape(input, [product(components, batch), ...rest])]]);
  const apart = new Map<string, readonly string[]>();
  const dims = (name: string) => graph.values.get(name)!.dims;
  const moves = (name: string) => stacks.has(name) || apart.has(name);
  for (const node of graph.nodes) {
    if (!node.inputs.some(moves)) {
      builder.copy(node, graph.values);
      continue;
    }
    const context = {
      builder, components, node, moves, dims, operand: (name: string) => stacks.get(name) ?? name,
      parts: (name: string) => apart.get(name) ?? unstack(builder, stacks.get(name)!, components),
    };
    const [result] = node.outputs;
    const rule = node.inputs.some((name) => apart.has(name)) ? undefined : stackRules[node.operator];
    const stacked = rule?.(context);
    const parts = stacked === undefined ? spelledRule(context) : [];
    if (stacked !== undefined) stacks.set(result, stacked);
    else if (hasImagesInFront(dims(result))) stacks.set(result, stack(builder, parts));
    else apart.set(result, parts);
  }
  const result = stacks.get(output);
  if (result === undefined) throw new RangeError(`Output "${output}" of graph "${graph.name}" has no images in front that move with "${input}".`);
  return builder.build([builder.reshape(result, [batch, components, ...dims(output).slice(1)])]);
}
