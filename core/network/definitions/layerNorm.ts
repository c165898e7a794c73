import type { GraphBuilder } from '../../graph/builder.ts';
import type { NormAxes } from '../blocks.ts';
import { layerNormEpsilon, type ParameterDefinition } from '../definition.ts';

export const layerNormParameters: readonly ParameterDefinition[] = [
  { name: 'norm.scale', dims: ['channels'], init: 'ones' },
  { name: 'norm.bias', dims: ['channels'], init: 'zeros' },
];

/** Layer norm of a map with one scale and one bias per channel. */
export function layerNorm(graph: GraphBuilder, x: string, axes: NormAxes): string {
  const [, channels, height, width] = graph.dims(x);
  const attributes = { epsilon: layerNormEpsilon };
  if (axes === 'channels') {
    const last = graph.transpose(x, [0, 2, 3, 1]);
    const [normalised] = graph.addMany('LayerNormalization', [last, 'norm.scale', 'norm.bias'], { ...attributes, axis: 3 });
    return graph.transpose(normalised, [0, 3, 1, 2]);
  }
  // ONNX wants scale and bias of the normalised shape.
  const map = (name: string) => graph.add('Expand', [graph.reshape(name, [channels, 1, 1])], { shape: [channels, height, width] });
  return graph.addMany('LayerNormalization', [x, map('norm.scale'), map('norm.bias')], { ...attributes, axis: 1 })[0];
}

/** Layer norm of each token of [batch, tokens, channels]. */
export function tokenNorm(graph: GraphBuilder, x: string, epsilon: number): string {
  return graph.addMany('LayerNormalization', [x, 'norm.scale', 'norm.bias'], { epsilon, axis: 2 })[0];
}
