import { geluBend } from '../bends.ts';
import { GraphBuilder } from '../builder.ts';
import type { Graph, GraphNode } from '../graph.ts';
import { partsOfImage, stack, unstack } from './stack.ts';

/**
 * Operators on stacks of values and derivatives, spelled with standard and adjoint operators, for readers without a kernel
 * of their own. Each appends nodes that yield the given node's output under its name.
 */
type Expansion = (builder: GraphBuilder, node: GraphNode) => void;

const componentsOf = ({ attributes }: GraphNode) => Number(attributes.components);

/** Adds the second input, the same for all images, to the values and to none of the derivatives. */
const jetAdd: Expansion = (builder, node) => {
  const { inputs: [x, shift], outputs } = node;
  const components = componentsOf(node);
  const [first, ...rest] = builder.dims(x);
  const parts = partsOfImage([first], components);
  const own = builder.dims(shift);
  const inner = [...Array<number>(Math.max(0, rest.length - own.length)).fill(1), ...own.slice(Math.max(0, own.length - rest.length))];
  const onValues = builder.pad(builder.reshape(shift, [1, 1, 1, ...inner]), 1, 0, components - 1);
  const sum = builder.plus(builder.reshape(x, ['B', components, parts, ...rest]), onValues);
  builder.add('Reshape', [sum], { shape: [first, ...rest] }, outputs[0]);
};

/** (a b)' = a' b + a b', (a b)'' = a'' b + 2 a' b' + a b'' */
const jetMatMul: Expansion = (builder, node) => {
  const [a, b] = node.inputs.map((name) => unstack(builder, name, componentsOf(node)));
  const times = (x: string, y: string) => builder.add('MatMul', [x, y]);
  const derivatives = [
    () => times(a[0], b[0]),
    () => builder.plus(times(a[1], b[0]), times(a[0], b[1])),
    () => builder.plus(builder.plus(times(a[2], b[0]), times(a[0], b[2])), builder.mul(times(a[1], b[1]), 2)),
  ];
  stack(builder, a.map((_, i) => derivatives[i]()), node.outputs[0]);
};

/** With p the weights and z' - <p, z'> = y: p' = p y and p'' = p (t - <p, t>) for t = z'' + y^2. */
const jetSoftmax: Expansion = (builder, node) => {
  const [z, z1, z2] = unstack(builder, node.inputs[0], componentsOf(node));
  const p = builder.add('Softmax', [z]);
  const outputs = [p, builder.add('SoftmaxGradient', [z1, p])];
  if (z2 !== undefined) {
    const centred = builder.minus(z1, builder.sum(builder.mul(p, z1), [builder.dims(z).length - 1]));
    outputs.push(builder.add('SoftmaxGradient', [builder.plus(z2, builder.mul(centred, centred)), p]));
  }
  stack(builder, outputs, node.outputs[0]);
};

const jetGelu: Expansion = (builder, node) => {
  const [x, x1, x2] = unstack(builder, node.inputs[0], componentsOf(node));
  const outputs = [builder.add('Gelu', [x]), builder.add('GeluGradient', [x1, x])];
  if (x2 !== undefined) outputs.push(builder.plus(builder.add('GeluGradient', [x2, x]), geluBend(builder, builder.mul(x1, x1), x)));
  stack(builder, outputs, node.outputs[0]);
};

const expansions = { JetAdd: jetAdd, JetMatMul: jetMatMul, JetSoftmax: jetSoftmax, JetGelu: jetGelu } as const;

/** @returns whether the operator is one of those written here */
function expandJet(builder: GraphBuilder, node: GraphNode): boolean {
  const expand = expansions[node.operator as keyof typeof expansions] as Expansion | undefined;
  expand?.(builder, node);
  return expand !== undefined;
}

/** The graph with all operators on stacks spelled out. */
export function withoutJets(graph: Graph): Graph {
  if (!graph.nodes.some(({ operator }) => operator in expansions)) return graph;
  const builder = GraphBuilder.from(graph, { withNodes: false, namespace: 'unstacked/' });
  for (const node of graph.nodes) if (!expandJet(builder, node)) builder.copy(node, graph.values);
  return builder.build(graph.outputs);
}
