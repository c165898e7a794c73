import { GraphBuilder } from '../builder.ts';
import { product, quotient, type Dim } from '../dims.ts';
import type { Graph } from '../graph.ts';
import type { Order } from '../tangent.ts';
import { spelledRule, stackRules } from './rules.ts';
import { batch, stackedDim } from './stack.ts';

/**
 * Forward-mode differentiation that keeps every value together with its derivatives, as the batch: each image is followed
 * by its first (and second) derivative along the curve as if they were images too. Operators that are linear in what
 * moves, which is most of them, work on such a stack as they are, one matrix product for all derivatives; only the others
 * are written anew (rules.ts). Parameters and tables stand still.
 *
 * @param graph whose first input [B, ...] moves, and of which the first output [B, ...] is wanted
 * @returns the graph from [B, 1 + order, ...] to [B, 1 + order, ...]: value, first and second derivative of each image
 * @throws RangeError when an operator on the way mixes the images of a batch or has no derivative
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

  /** Under which name each moving value is stacked. */
  const stacked = new Map([[input, builder.reshape(input, [product(components, batch), ...rest])]]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => stacked.has(name))) {
      builder.copy(node, graph.values);
      continue;
    }
    const context = {
      builder, components, node, moves: (name: string) => stacked.has(name),
      operand: (name: string) => stacked.get(name) ?? name, dims: (name: string) => graph.values.get(name)!.dims,
    };
    const result = stackRules[node.operator]?.(context) ?? spelledRule(context);
    stacked.set(node.outputs[0], result);
    requireBatch(graph, builder.dims(result), node.operator);
  }
  const result = stacked.get(output);
  if (result === undefined) throw new RangeError(`Output "${output}" of graph "${graph.name}" does not depend on "${input}".`);
  const [, ...inner] = graph.values.get(output)!.dims;
  return builder.build([builder.reshape(result, [batch, components, ...inner])]);
}

function requireBatch(graph: Graph, [first]: readonly Dim[], operator: string): void {
  if (first !== undefined && quotient(first, stackedDim(batch, 1)) !== undefined) return;
  throw new RangeError(`Operator ${operator} in graph "${graph.name}" mixes the images of a batch, whose derivatives cannot be stacked.`);
}
