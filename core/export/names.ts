import { producers, type Graph, type GraphNode } from '../graph/graph.ts';
import type { FoldedGraph } from './constants.ts';

/**
 * The names of a block's values within the file. A layer and its constants are called as its weight is in weight files
 * (`stages.0.blocks.1/expand` with `stages.0.blocks.1.expand.weight` and `.bias`), other nodes by operator and number.
 * Constants that follow from shapes alone belong to no block and are shared by all.
 *
 * @param graph before folding, which tells what a folded constant was made of
 * @param block the block's name
 * @param ends names of the file's values that flow in and out, where the outgoing one has a name of its own
 */
export function blockNames(graph: Graph, folded: FoldedGraph, block: string, ends: { input: string; output?: string }): (name: string) => string {
  const made = producers(graph);
  const names = new Map<string, string>(graph.inputs.map((name) => [name, ends.input]));
  const counts = new Map<string, number>();
  const constants = folded.constants;

  const claim = (name: string) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  const nameConstant = (constant: string, own: string) => {
    if (!names.has(constant)) names.set(constant, claim(`${block}.${own}`));
  };

  for (const node of folded.graph.nodes) {
    const layer = layerOf(node, constants, made);
    if (layer !== undefined) {
      nameConstant(node.inputs[1], `${layer}.weight`);
      if (constants.has(node.inputs[2])) nameConstant(node.inputs[2], `${layer}.bias`);
    }
    for (const input of node.inputs.filter((name) => constants.has(name) && !names.has(name))) {
      const origin = originOf(input, made);
      if (graph.parameters.includes(origin)) nameConstant(input, origin);
      else names.set(input, `${input}:${constants.get(input)!.shape.join('x')}`);
    }
    const name = claim(`${block}/${layer ?? node.operator}`);
    node.outputs.forEach((output, i) => names.set(output, i === 0 ? name : `${name}:${i}`));
  }
  if (ends.output !== undefined) names.set(folded.graph.outputs[0], ends.output);
  return (name) => names.get(name) ?? name;
}

/** `expand` for a node whose weight was made of the parameter `expand.weight`. */
function layerOf(node: GraphNode, constants: FoldedGraph['constants'], made: ReadonlyMap<string, GraphNode>): string | undefined {
  if (!['Conv', 'Gemm', 'MatMul'].includes(node.operator) || !constants.has(node.inputs[1])) return undefined;
  return /^(.+)\.weight$/.exec(originOf(node.inputs[1], made))?.[1];
}

/** What a constant was made of: by convention a node's first input is what it changes, the others say how. */
function originOf(name: string, made: ReadonlyMap<string, GraphNode>): string {
  const node = made.get(name);
  return node ? originOf(node.inputs[0], made) : name;
}
