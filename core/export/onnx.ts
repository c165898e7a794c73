import type { Graph } from '../graph/graph.ts';
import { lowerGraph, opset } from '../graph/onnx/lower.ts';
import { encodeModel, type OnnxNode, type OnnxTensor } from '../graph/onnx/model.ts';
import { modeGraph } from '../model/forward.ts';
import type { Weights } from '../model/weights.ts';
import { blockSizes, blockTables } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import { foldConstants, type Constant } from './constants.ts';
import { simplify } from './simplify.ts';

export const inputName = 'images';
export const outputName = 'logits';

export interface ExportOptions {
  /** Images per run: a fixed number, or `dynamic` for any. */
  readonly batch: number | 'dynamic';
  /** Version of Pocketformer, named as the producer. */
  readonly version: string;
  /** Stored in the file: architecture, normalisation, class names, study. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A network with its weights as the bytes of an ONNX file: the blocks' own graphs joined, batch norms folded, nothing
 * left to compute that does not depend on the image. Input `images` [batch, 3, resolution, resolution], output `logits`
 * [batch, classes].
 */
export function exportOnnx(weights: Weights, options: ExportOptions): Uint8Array {
  const { network } = weights;
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  let flowing = inputName;
  network.blocks.forEach((block, i) => {
    const sizes = blockSizes(block);
    if (options.batch !== 'dynamic') sizes.set('B', options.batch);
    const folded = foldConstants(simplify(modeGraph(block, 'inference')), constantsOf(weights, block), sizes);
    const rename = blockNames(folded.graph, block.name, flowing, i === network.blocks.length - 1);
    const lowered = lowerGraph(folded.graph, sizes, rename);
    nodes.push(...lowered.nodes);
    for (const tensor of lowered.initializers) initializers.set(tensor.name, tensor);
    for (const [name, { shape, data }] of folded.constants) {
      initializers.set(rename(name), { name: rename(name), dims: shape, data });
    }
    flowing = rename(folded.graph.outputs[0]);
  });
  const batch = options.batch === 'dynamic' ? 'batch' : options.batch;
  return encodeModel({
    producer: 'pocketformer', producerVersion: options.version, graphName: network.space, opset, nodes,
    initializers: [...initializers.values()],
    inputs: [{ name: inputName, dtype: 'float32', dims: [batch, 3, network.resolution, network.resolution] }],
    outputs: [{ name: outputName, dtype: 'float32', dims: [batch, network.classes] }],
    metadata: options.metadata,
  });
}

function constantsOf(weights: Weights, block: Block): Map<string, Constant> {
  const graph = modeGraph(block, 'inference');
  const constants = new Map<string, Constant>(Object.entries(blockTables(block)));
  for (const name of graph.parameters) {
    const key = `${block.name}.${name}`;
    constants.set(name, { shape: weights.placed(key).shape, data: weights.view(key) });
  }
  return constants;
}

/**
 * Names within the file: weights as in weight files (`<block>.<parameter>`), activations by block, operator and number,
 * the network's ends by their public names.
 */
function blockNames(graph: Graph, block: string, flowing: string, last: boolean): (name: string) => string {
  const names = new Map<string, string>([['x', flowing]]);
  const counts = new Map<string, number>();
  for (const parameter of graph.parameters) names.set(parameter, `${block}.${parameter}`);
  for (const node of graph.nodes) {
    const number = counts.get(node.operator) ?? 0;
    counts.set(node.operator, number + 1);
    node.outputs.forEach((output, i) => {
      names.set(output, `${block}/${node.operator}${number === 0 ? '' : `_${number}`}${i === 0 ? '' : `:${i}`}`);
    });
  }
  if (last) names.set(graph.outputs[0], outputName);
  return (name) => names.get(name) ?? name;
}
