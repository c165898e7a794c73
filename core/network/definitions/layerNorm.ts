import type { GraphBuilder } from '../../graph/builder.ts';
import { product, type Dim } from '../../graph/dims.ts';
import type { NormAxes } from '../blocks.ts';
import { layerNormEpsilon, type ParameterDefinition, type SliceRole } from '../definition.ts';

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

/** What decides about a block's layer norm. */
interface Normed {
  readonly normEpsilon: number;
  readonly withoutNorm?: true;
}

/** Parameters of a layer norm over the given dimensions, where the block has one. */
export function normParametersOf({ withoutNorm }: Pick<Normed, 'withoutNorm'>, dims: readonly Dim[] = ['channels'], slice?: readonly SliceRole[]): ParameterDefinition[] {
  return withoutNorm ? [] : layerNormParameters.map((parameter) => ({ ...parameter, dims, ...(slice ? { slice } : {}) }));
}

/** The norm's part in the name of a graph's variant. */
export const normVariant = ({ normEpsilon, withoutNorm }: Normed) => (withoutNorm ? 'no norm' : `epsilon:${normEpsilon}`);

/** Layer norm of each token of [batch, tokens, channels], where the block has one. */
export function tokenNorm(graph: GraphBuilder, x: string, { normEpsilon: epsilon, withoutNorm }: Normed): string {
  if (withoutNorm) return x;
  const flat = ['norm.scale', 'norm.bias'].map((name) => (graph.dims(name).length === 1 ? name : graph.reshape(name, [product(...graph.dims(name))])));
  return graph.addMany('LayerNormalization', [x, ...flat], { epsilon, axis: 2 })[0];
}
