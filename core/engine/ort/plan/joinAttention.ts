import { producers, valueOf, type Graph, type GraphNode } from '../../../graph/graph.ts';

/** Nodes that are one step of a plan. */
interface Joined {
  readonly node: GraphNode;
  readonly replaced: readonly GraphNode[];
}

const isTransposed = ({ operator, attributes }: GraphNode, name: string, inputs: readonly string[]) =>
  operator === 'Transpose' && inputs[0] === name && (attributes.permutation as readonly number[]).join() === '0,1,3,2';

/**
 * Attention whose weights nobody else wants as one node, softmax(Q K^T) V, or with its gradients where they are computed too:
 * weights of a few queries can then be made, used and forgotten in the cache (attention.ts).
 */
export function joinAttention(graph: Graph): Graph {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) for (const name of new Set(node.inputs)) consumers.set(name, [...consumers.get(name) ?? [], node]);
  const readersOf = (name: string) => (graph.outputs.includes(name) ? undefined : consumers.get(name) ?? []);
  const made = producers(graph);
  const joined = graph.nodes.filter(({ operator }) => operator === 'Softmax' || operator === 'JetSoftmax')
    .map((softmax) => joinedAt(graph, softmax, made, readersOf)).filter((found) => found !== undefined);
  if (joined.length === 0) return graph;
  const replaced = new Set(joined.flatMap((found) => found.replaced));
  return { ...graph, nodes: inOrder([...graph.nodes.filter((node) => !replaced.has(node)), ...joined.map(({ node }) => node)]) };
}

function joinedAt(
  graph: Graph, softmax: GraphNode, made: ReadonlyMap<string, GraphNode>, readersOf: (name: string) => readonly GraphNode[] | undefined,
): Joined | undefined {
  const [[logits], [weights]] = [softmax.inputs, softmax.outputs];
  const product = made.get(logits);
  const times = softmax.operator === 'Softmax' ? 'MatMul' : 'JetMatMul';
  if (product?.operator !== times || valueOf(graph, logits).dims.length !== 4 || readersOf(logits)?.length !== 1) return undefined;
  const [queries, keys] = product.inputs;
  const readers = readersOf(weights) ?? [];
  const mixture = readers.find(({ operator, inputs }) => operator === times && inputs[0] === weights);
  if (!mixture) return undefined;
  const values = mixture.inputs[1];
  const forward = [product, softmax, mixture];
  if (readers.length === 1) {
    return { replaced: forward, node: { operator: 'Attention', inputs: [queries, keys, values], outputs: mixture.outputs, attributes: softmax.attributes } };
  }

  const only = (name: string) => (readersOf(name)?.length === 1 ? readersOf(name)![0] : undefined);
  const turned = readers.find((node) => isTransposed(node, weights, node.inputs));
  const slope = readers.find(({ operator, inputs }) => operator === 'SoftmaxGradient' && inputs[1] === weights);
  const ofValues = turned && only(turned.outputs[0]);
  const ofWeights = slope && made.get(slope.inputs[0]);
  if (readers.length !== 3 || !slope || !turned || ofValues?.operator !== 'MatMul' || ofWeights?.operator !== 'MatMul' || only(slope.inputs[0]) !== slope) return undefined;
  const upstream = ofValues.inputs[1];
  const isTurned = (name: string, of: string) => { const node = made.get(name); return node !== undefined && isTransposed(node, of, node.inputs); };
  const slopeReaders = readersOf(slope.outputs[0]) ?? [];
  const ofQueries = slopeReaders.find(({ operator, inputs }) => operator === 'MatMul' && inputs[0] === slope.outputs[0] && isTurned(inputs[1], keys));
  const ofKeys = slopeReaders.find(({ operator, inputs }) => operator === 'MatMul' && inputs[1] === slope.outputs[0] && isTurned(inputs[0], queries));
  const fits = ofValues.inputs[0] === turned.outputs[0] && ofWeights.inputs[0] === upstream && isTurned(ofWeights.inputs[1], values);
  if (!fits || slopeReaders.length !== 2 || !ofQueries || !ofKeys) return undefined;
  return {
    replaced: [...forward, turned, slope, ofValues, ofWeights, ofQueries, ofKeys],
    node: {
      operator: 'AttentionWithGradient', inputs: [queries, keys, values, upstream], attributes: {},
      outputs: [mixture, ofQueries, ofKeys, ofValues].map(({ outputs }) => outputs[0]),
    },
  };
}

/** Nodes in an order in which each finds its inputs made; otherwise as they come. */
function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const made = producers({ nodes: [...nodes] });
  const ordered = new Set<GraphNode>();
  const visit = (node: GraphNode) => {
    if (ordered.has(node)) return;
    for (const name of node.inputs) {
      const maker = made.get(name);
      if (maker) visit(maker);
    }
    ordered.add(node);
  };
  nodes.forEach(visit);
  return [...ordered];
}
