import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/graph.ts';
import { opset } from '../../graph/onnx/lower.ts';
import type { OnnxModel } from '../../graph/onnx/model.ts';
import type { Weights } from '../../model/weights.ts';
import type { Backbone } from '../../network/backbone.ts';
import { tokensOf, type FeatureShape } from '../../network/blocks.ts';
import { batchDim, givesMaps, inputName, ModelParts, type ExportOptions } from '../onnx.ts';
import { withSummedTables } from './summedTables.ts';

/** Constants with more numbers are left to the runtime: biases of attention over large maps, which follow from small tables. */
const mostElements = 2 ** 22;

/**
 * A backbone with weights of its own as an ONNX file's contents: `images` [batch, 3, height, width] to the maps of its levels
 * [batch, channels, height, width], each under its level's name. The image is padded within the file; tokens become maps
 * without those in front.
 */
export function backboneModel(
  { network: { blocks, space }, imageSize, padding, levels }: Backbone, weights: Weights, options: Pick<ExportOptions, 'batch' | 'version' | 'metadata'>,
): OnnxModel {
  const { batch, version, metadata } = options;
  const parts = new ModelParts();
  const sizes = new Map(batch === 'dynamic' ? [] : [['B', batch]]);
  const added = (graph: Graph, input: string, output: string) => {
    parts.addGraph(graph, sizes, (name) => (name === 'x' ? input : name === graph.outputs[0] ? output : `${output}/${name}`), output);
    return output;
  };
  const { bottom, right } = padding;
  let flowing = bottom + right === 0 ? inputName : added(paddedImage(imageSize, padding), inputName, `${inputName}/padded`);
  blocks.forEach((block, i) => {
    const level = levels.find((one) => one.block === i);
    const isMap = level !== undefined && givesMaps(block);
    flowing = parts.addBlock(weights, block, flowing, { batch, mostElements, ...(isMap ? { output: level.name } : {}) });
    if (level !== undefined && !isMap) added(mapOfTokens(level.shape), flowing, level.name);
  });
  return withSummedTables({
    producer: 'pocketformer', producerVersion: version, graphName: space, opset, ...parts.written, metadata,
    inputs: [{ name: inputName, dtype: 'float32', dims: [batchDim(batch), 3, imageSize.height, imageSize.width] }],
    outputs: levels.map(({ name, shape: { channels, height, width } }) => ({ name, dtype: 'float32', dims: [batchDim(batch), channels, height, width] })),
  });
}

/** Zeros below and right of the image `x`. */
function paddedImage({ height, width }: Backbone['imageSize'], { bottom, right }: Backbone['padding']): Graph {
  const graph = new GraphBuilder('padded image');
  const x = graph.input('x', ['B', 3, height, width]);
  const tall = bottom === 0 ? x : graph.pad(x, 2, 0, bottom);
  return graph.build([right === 0 ? tall : graph.pad(tall, 3, 0, right)]);
}

/** Tokens `x` [batch, tokens, channels] as a map. */
function mapOfTokens(shape: FeatureShape): Graph {
  const { channels, height, width, extraTokens = 0 } = shape;
  const graph = new GraphBuilder('map of tokens');
  const x = graph.input('x', ['B', tokensOf(shape), channels]);
  const map = extraTokens === 0 ? x : graph.slice(x, 1, extraTokens, ['B', height * width, channels]);
  return graph.build([graph.reshape(graph.transpose(map, [0, 2, 1]), ['B', channels, height, width])]);
}
