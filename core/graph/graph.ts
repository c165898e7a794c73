import { bindShape, type Dim } from './dims.ts';

/**
 * Operators a graph may hold: standard ONNX (opset 17) in name and meaning. Three liberties, resolved when a graph is
 * written: shapes, axes and ranges that ONNX takes as int64 tensors are attributes here, and may name symbols; and Gelu
 * (Hendrycks and Gimpel 2016, in its exact form x (1 + erf(x / sqrt 2)) / 2), which ONNX has from opset 20 on, is one
 * operator. A Pad adds zeros before and after one axis.
 */
export type Operator =
  | 'Conv' | 'MatMul' | 'Gemm' | 'Add' | 'Sub' | 'Mul' | 'Div' | 'Neg' | 'Abs' | 'Sign' | 'Sqrt' | 'Exp' | 'Log'
  | 'HardSwish' | 'HardSigmoid' | 'Relu' | 'Tanh' | 'Erf' | 'Gelu' | 'Softmax' | 'LayerNormalization' | 'BatchNormalization'
  | 'ReduceMean' | 'ReduceSum' | 'AveragePool' | 'Reshape' | 'Transpose' | 'Expand' | 'Gather' | 'Slice' | 'Pad' | 'Concat'
  // Only in derived graphs: adjoints that engines spell in their own way.
  | 'ConvInputGradient' | 'ConvWeightGradient' | 'AveragePoolGradient' | 'ScatterAdd' | 'ConvTranspose'
  | 'ReluGradient' | 'HardSigmoidGradient' | 'HardSwishGradient' | 'GeluGradient' | 'SoftmaxGradient'
  | 'BatchNormalizationGradient' | 'LayerNormalizationGradient'
  // Only in derived graphs: on values stacked with their derivatives (jets/).
  | 'JetAdd' | 'JetMatMul' | 'JetSoftmax' | 'JetGelu'
  // Only in files: numbers held between `min` and `max`.
  | 'Clip'
  // Only in plans of the ort engine: what several operators do, in one step (engine/ort/plan/joinAttention.ts).
  | 'Attention' | 'AttentionWithGradient';

/** Attribute values; `Dim` lists (shapes) may hold symbols. */
export type Attribute = number | string | readonly Dim[];

export interface GraphNode {
  readonly operator: Operator;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Value {
  readonly dims: readonly Dim[];
  readonly dtype: 'float32' | 'int32';
}

/**
 * A piece of mathematics, written once: running it, differentiating it and exporting it are transformations of this.
 * Nodes are in execution order and every value is assigned once.
 */
export interface Graph {
  readonly name: string;
  /** Activations that flow in, in order. */
  readonly inputs: readonly string[];
  /** Trainable weights and running statistics, by their name within the block. */
  readonly parameters: readonly string[];
  /** Integer tables computed from the shapes (indices of relative positions). */
  readonly tables: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  /** Shape and type of every value. */
  readonly values: ReadonlyMap<string, Value>;
  /** Constants of rank 0; a symbolic one (the number of averaged elements, say) is known when the shapes are. */
  readonly scalars: ReadonlyMap<string, Dim>;
}

/** Every name that the graph must be fed: inputs, parameters, tables. */
export function feedNames(graph: Graph): string[] {
  return [...graph.inputs, ...graph.parameters, ...graph.tables];
}

/** @throws RangeError naming the first input, parameter or table that is not among the feeds. */
export function requireFeeds(graph: Graph, feeds: Readonly<Record<string, unknown>>): void {
  const missing = feedNames(graph).find((name) => feeds[name] === undefined);
  if (missing !== undefined) throw new RangeError(`Graph "${graph.name}" needs a tensor for "${missing}".`);
}

/**
 * Learns the sizes of all symbols that the feeds' shapes tell.
 * @param sizes symbols that are known already; gets the others
 * @throws RangeError when a feed is missing or shapes contradict each other
 */
export function bindFeeds(graph: Graph, feeds: Readonly<Record<string, { readonly shape: readonly number[] }>>, sizes: Map<string, number>): void {
  requireFeeds(graph, feeds);
  let open = feedNames(graph);
  let before = -1;
  while (open.length > 0 && sizes.size !== before) {
    before = sizes.size;
    open = open.filter((name) => !bindShape(name, valueOf(graph, name).dims, feeds[name].shape, sizes));
  }
}

/** @throws RangeError when the graph holds no such value. */
export function valueOf(graph: Pick<Graph, 'name' | 'values'>, name: string): Value {
  const value = graph.values.get(name);
  if (!value) throw new RangeError(`Graph "${graph.name}" has no value "${name}".`);
  return value;
}

/** The node that makes each value. */
export function producers(graph: Pick<Graph, 'nodes'>): Map<string, GraphNode> {
  const made = new Map<string, GraphNode>();
  for (const node of graph.nodes) for (const output of node.outputs) made.set(output, node);
  return made;
}

/** The same graph without nodes, parameters, tables and scalars that no output needs. */
export function pruned(graph: Graph): Graph {
  const made = producers(graph);
  const needed = new Set<string>();
  const visit = (name: string) => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const input of made.get(name)?.inputs ?? []) visit(input);
  };
  graph.outputs.forEach(visit);
  const nodes = graph.nodes.filter((node) => node.outputs.some((output) => needed.has(output)));
  for (const node of nodes) for (const output of node.outputs) needed.add(output);
  return {
    ...graph,
    parameters: graph.parameters.filter((name) => needed.has(name)),
    tables: graph.tables.filter((name) => needed.has(name)),
    nodes,
    values: new Map([...graph.values].filter(([name]) => needed.has(name) || graph.inputs.includes(name))),
    scalars: new Map([...graph.scalars].filter(([name]) => needed.has(name))),
  };
}
