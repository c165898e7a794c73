import type { OnnxModel, OnnxNode, OnnxTensor } from '../../graph/onnx/model.ts';

/** A convolution or matrix product with weights of its own. */
export interface QuantisedLayer {
  readonly input: string;
  readonly weight: OnnxTensor;
  /** Of the weight's output channels. */
  readonly axis: number;
  /** What the runtime adds to the sums of products before they are rounded. */
  readonly bias?: OnnxTensor;
  /** The value behind the layer that is rounded to 8 bits again, where one is. */
  readonly output?: string;
}

/** How files call the weights of layers (names.ts); tables of positions have other names. */
const layerWeight = /\.weight(_\d+)?$/;

/**
 * The layers that compute in integers: those that hold weights, which are nearly all of a network's bytes and most of its MACs.
 * Norms, softmax and activation functions stay in float32, as do products of two activations: attention weights
 * are mostly far below 1/255, one step of 8 bits.
 *
 * A convolution's result is rounded to 8 bits, without which runtimes have no integer kernel for it; behind a ReLU, where
 * negative values would waste half of the steps. Results of matrix products stay float32: runtimes scale their sums back as
 * they write them, and residual streams of transformers have few large channels, which 8 bits would not suit.
 */
export function quantisedLayers({ nodes, initializers }: OnnxModel): Map<OnnxNode, QuantisedLayer> {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const layers = new Map<OnnxNode, QuantisedLayer>();
  for (const node of nodes) {
    const { operator, inputs: [input, weightName, biasName] } = node;
    const weight = constants.get(weightName);
    if (!['Conv', 'Gemm', 'MatMul'].includes(operator) || weight === undefined || !layerWeight.test(weightName)) continue;
    const isConv = operator === 'Conv';
    const bias = constants.get(biasName);
    layers.set(node, {
      input, weight, axis: isConv ? 0 : weight.dims.length - 1, ...(bias ? { bias } : {}), ...(isConv ? { output: behindRelu(node, nodes) } : {}),
    });
  }
  return layers;
}

/** Values that are rounded to 8 bits, whose ranges must be known. */
export function quantisedValues(layers: ReadonlyMap<OnnxNode, QuantisedLayer>): Set<string> {
  return new Set([...layers.values()].flatMap(({ input, output }) => (output === undefined ? [input] : [input, output])));
}

function behindRelu({ outputs: [output] }: OnnxNode, nodes: readonly OnnxNode[]): string {
  const readers = nodes.filter(({ inputs }) => inputs.includes(output));
  return readers.length === 1 && readers[0].operator === 'Relu' ? readers[0].outputs[0] : output;
}
