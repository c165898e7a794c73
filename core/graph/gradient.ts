import { adjointGradientRules } from './adjointGradientRules.ts';
import { GraphBuilder } from './builder.ts';
import { gradientRules } from './gradientRules.ts';
import { producers, pruned, type Graph, type GraphNode, type Operator } from './graph.ts';

/** A graph prepared for training: the forward pass, and the backward pass derived from it. */
export interface DifferentiatedGraph {
  /** The given graph with the values that the backward pass wants as further outputs, after the given ones. */
  readonly forward: Graph;
  /** Names of those further outputs; the backward graph is fed them under the same names. */
  readonly kept: readonly string[];
  /**
   * Inputs: the output's gradient (`upstream`), the kept values, and what it needs of the forward's inputs, parameters
   * and tables. Outputs: one gradient for each of `wrt`, in order.
   */
  readonly backward: Graph;
  /** Name of the output's gradient among the backward graph's inputs. */
  readonly upstream: string;
  readonly wrt: readonly string[];
}

/** Cheaper to compute again from kept values than to write to memory and read back. */
const recomputed: ReadonlySet<Operator> = new Set([
  'HardSwish', 'HardSigmoid', 'Relu', 'Reshape', 'Expand', 'Transpose', 'Add', 'Sub', 'Mul', 'Div', 'Neg', 'Gather', 'Slice', 'Pad', 'Concat',
]);

/**
 * Reverse-mode differentiation as a transformation of graphs: one rule per operator (gradientRules.ts).
 *
 * @param output the output whose gradient flows in; other outputs are treated as constants
 * @param wrt inputs and parameters whose gradients are wanted
 * @throws RangeError when an operator on the way has no rule
 */
export function differentiate(graph: Graph, output: string, wrt: readonly string[]): DifferentiatedGraph {
  const made = producers(graph);
  const active = dependents(graph, new Set(wrt));
  if (!active.has(output)) throw new RangeError(`Output "${output}" of graph "${graph.name}" does not depend on [${wrt.join(', ')}].`);

  const builder = GraphBuilder.from(graph, { name: `${graph.name}.backward`, withNodes: false, namespace: 'backward/' });
  const upstream = builder.input(`d:${output}`, graph.values.get(output)!.dims);
  const kept: string[] = [];

  /** Makes a forward value available to the backward graph: it is given, computed again, or kept. */
  const need = (name: string): string => {
    if (builder.has(name)) return name;
    const node = made.get(name)!;
    if (node.operator === 'BatchNormalization' && name === node.outputs[0]) {
      // With the statistics at hand the norm is a factor and a shift for each channel.
      const [x, scale, bias] = node.inputs;
      const [, mean, variance] = node.outputs;
      builder.add('BatchNormalization', [x, scale, bias, mean, variance].map(need), { epsilon: node.attributes.epsilon }, name);
    } else if (recomputed.has(node.operator)) {
      node.inputs.forEach(need);
      builder.copy(node, graph.values);
    } else {
      kept.push(builder.input(name, graph.values.get(name)!.dims));
    }
    return name;
  };

  const gradients = new Map<string, string>([[output, upstream]]);
  for (const node of [...graph.nodes].reverse()) {
    const arriving = node.outputs.map((name) => gradients.get(name));
    if (arriving.slice(1).some((gradient) => gradient !== undefined)) {
      throw new RangeError(`Only the first output of operator ${node.operator} in graph "${graph.name}" has a gradient.`);
    }
    if (!active.has(node.outputs[0]) || arriving[0] === undefined) continue;
    const rule = gradientRules[node.operator] ?? adjointGradientRules[node.operator];
    if (!rule) throw new RangeError(`Operator ${node.operator} in graph "${graph.name}" has no gradient.`);
    const wanted = node.inputs.map((input) => active.has(input));
    const parts = rule({ builder, node, gradient: arriving[0], need, wanted, dims: (name) => graph.values.get(name)!.dims });
    node.inputs.forEach((input, i) => {
      const part = parts[i];
      if (!wanted[i] || part === undefined) return;
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? part : builder.plus(before, part));
    });
  }

  const results = wrt.map((name) => {
    const gradient = gradients.get(name);
    if (gradient === undefined) throw new RangeError(`Output "${output}" of graph "${graph.name}" does not depend on "${name}".`);
    return gradient;
  });
  const backward = withoutUnusedInputs(pruned(builder.build(results)), upstream);
  const used = kept.filter((name) => backward.inputs.includes(name));
  return {
    forward: { ...graph, outputs: [...graph.outputs, ...used.filter((name) => !graph.outputs.includes(name))] },
    kept: used, backward, upstream, wrt,
  };
}

/**
 * Forward and backward pass as one graph: from the given graph's feeds and the output's gradient (`d:<output>`, the last
 * input) to the gradients of `wrt`, in order.
 */
export function gradientGraph(graph: Graph, output: string, wrt: readonly string[]): Graph {
  const { forward, backward, upstream } = differentiate(graph, output, wrt);
  const made = producers(forward);
  return {
    ...forward, name: `${graph.name}.gradient`, inputs: [...forward.inputs, upstream], outputs: backward.outputs,
    nodes: [...forward.nodes, ...backward.nodes.filter((node) => !made.has(node.outputs[0]))],
    values: new Map([...backward.values, ...forward.values]),
    scalars: new Map([...forward.scalars, ...backward.scalars]),
  };
}

/** Inputs and parameters that the graph's first output depends on. */
export function differentiableFeeds(graph: Graph): string[] {
  const needed = pruned({ ...graph, outputs: graph.outputs.slice(0, 1) });
  const used = new Set(needed.nodes.flatMap((node) => node.inputs));
  return [...graph.inputs, ...needed.parameters].filter((name) => used.has(name));
}

function dependents(graph: Graph, sources: ReadonlySet<string>): Set<string> {
  const active = new Set(sources);
  for (const node of graph.nodes) if (dependsOn(node, active)) node.outputs.forEach((name) => active.add(name));
  return active;
}

function dependsOn(node: GraphNode, active: ReadonlySet<string>): boolean {
  return node.inputs.some((input) => active.has(input));
}

function withoutUnusedInputs(graph: Graph, upstream: string): Graph {
  const used = new Set([...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs, upstream]);
  return { ...graph, inputs: graph.inputs.filter((name) => used.has(name)) };
}
