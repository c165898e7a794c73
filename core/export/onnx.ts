import { evaluate, type Dim, type DimValues } from '../graph/dims.ts';
import { valueOf, type Graph } from '../graph/graph.ts';
import { lowerGraph, opset } from '../graph/onnx/lower.ts';
import { encodeModel, type OnnxModel, type OnnxNode, type OnnxTensor } from '../graph/onnx/model.ts';
import { modeGraph } from '../model/forward.ts';
import type { Weights } from '../model/weights.ts';
import { blockSizes, blockTables } from '../network/blockGraph.ts';
import type { Block } from '../network/blocks.ts';
import { foldConstants, type Constant } from './constants.ts';
import { blockNames } from './names.ts';
import { withClips } from './passes/clips.ts';
import { withJoinedLinear } from './passes/linear.ts';
import { withLinearRows } from './passes/linearRows.ts';
import { withFoldedNormAffine } from './passes/normAffine.ts';
import { withoutRepeatedChannels } from './passes/repeatedChannels.ts';
import { withSmallTransposes } from './passes/smallTransposes.ts';
import { withoutUnusedOutputs } from './passes/unusedOutputs.ts';

export const inputName = 'images';
export const outputName = 'logits';

export interface ExportOptions {
  /** Images per run: a fixed number, or `dynamic` for any. */
  readonly batch: number | 'dynamic';
  /** Version of Pocketformer, named as the producer. */
  readonly version: string;
  /** Stored in the file: architecture, normalisation, class names, study. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of what goes in and comes out, for parts of networks. */
  readonly ends?: { readonly input: string; readonly output: string };
  /** Whether linear layers on tokens are written as matrix products with a bias, which integer kernels need. */
  readonly linearRows?: boolean;
}

/**
 * A network with its weights as the bytes of an ONNX file: the blocks' own graphs joined, batch norms folded, nothing
 * left to compute that does not depend on the image. Input `images` [batch, 3, resolution, resolution], output `logits`
 * [batch, classes]. Blocks from the middle of a network take and give features, in the shapes of their graphs.
 */
export function exportOnnx(weights: Weights, options: ExportOptions): Uint8Array {
  return encodeModel(onnxModel(weights, options));
}

/** The same before it is written, for what changes it further (precision/). */
export function onnxModel(weights: Weights, options: ExportOptions): OnnxModel {
  const { blocks, space } = weights.network;
  const { ends = { input: inputName, output: outputName } } = options;
  const parts = new ModelParts();
  let flowing = ends.input;
  blocks.forEach((block, i) => {
    flowing = parts.addBlock(weights, block, flowing, { ...options, output: i === blocks.length - 1 ? ends.output : undefined });
  });
  const batch = batchDim(options.batch);
  return {
    producer: 'pocketformer', producerVersion: options.version, graphName: space, opset, ...parts.written,
    inputs: [{ name: ends.input, dtype: 'float32', dims: [batch, ...inputShape(blocks[0])] }],
    outputs: [{ name: ends.output, dtype: 'float32', dims: [batch, ...outputShape(blocks[blocks.length - 1])] }],
    metadata: options.metadata,
  };
}

/** The first axis of what goes in and comes out of a file. */
export const batchDim = (batch: ExportOptions['batch']): number | string => (batch === 'dynamic' ? 'batch' : batch);

export interface BlockOptions extends Pick<ExportOptions, 'batch' | 'linearRows'> {
  /** Name of what the block gives, where it is not left to its last node. */
  readonly output?: string;
  /** As in `foldConstants`. */
  readonly mostElements?: number;
}

/** A file's nodes and constants as they come together. */
export class ModelParts {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, OnnxTensor>();

  get written(): Pick<OnnxModel, 'nodes' | 'initializers'> {
    return { nodes: this.#nodes, initializers: [...this.#initializers.values()] };
  }

  /** A block that reads the value `flowing`. @returns the name of what it gives */
  addBlock(weights: Weights, block: Block, flowing: string, options: BlockOptions): string {
    const sizes = blockSizes(block);
    if (options.batch !== 'dynamic') sizes.set('B', options.batch);
    const phone = phoneGraph(modeGraph(block, 'inference'), sizes);
    const graph = options.linearRows ? withLinearRows(phone) : phone;
    const folded = foldConstants(graph, constantsOf(weights, block), sizes, options.mostElements);
    const rename = blockNames(graph, folded, block.name, { input: flowing, output: options.output });
    this.addGraph(folded.graph, sizes, rename, block.name);
    for (const [name, { shape, data }] of folded.constants) {
      this.#initializers.set(rename(name), { name: rename(name), dims: shape, data });
    }
    return rename(folded.graph.outputs[0]);
  }

  /**
   * Any graph whose sizes are known.
   * @param where what it belongs to, for messages
   * @throws RangeError for sizes that a file cannot hold
   */
  addGraph(graph: Graph, sizes: DimValues, rename: (name: string) => string, where: string): void {
    const lowered = lowerGraph(graph, sizes, rename);
    if (lowered.runtime.length > 0) throw new RangeError(`Block "${where}" has sizes that a file cannot hold: ${lowered.runtime.map(({ name }) => name).join(', ')}.`);
    this.#nodes.push(...lowered.nodes);
    for (const tensor of lowered.initializers) this.#initializers.set(tensor.name, tensor);
  }
}

/** Of one image or its features, as the block's graph takes them. */
export function inputShape(block: Block): number[] {
  const graph = modeGraph(block, 'inference');
  return shapeWithoutBatch(block, valueOf(graph, graph.inputs[0]).dims);
}

/** Of what the block's graph gives for one image. */
export function outputShape(block: Block): number[] {
  const graph = modeGraph(block, 'inference');
  return shapeWithoutBatch(block, valueOf(graph, graph.outputs[0]).dims);
}

/** Whether a block gives maps [channels, height, width]; others give tokens. */
export const givesMaps = (block: Block): boolean => outputShape(block).length === 3;

function shapeWithoutBatch(block: Block, dims: readonly Dim[]): number[] {
  const sizes = blockSizes(block);
  return dims.slice(1).map((dim) => evaluate(dim, sizes));
}

/** A block's graph respelled for running alone, where nothing is trained or differentiated. */
function phoneGraph(graph: Graph, sizes: DimValues): Graph {
  const lean = withClips(withoutRepeatedChannels(withJoinedLinear(withFoldedNormAffine(graph))));
  return withoutUnusedOutputs(withSmallTransposes(lean, new Map([['B', 1], ...sizes])));
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
