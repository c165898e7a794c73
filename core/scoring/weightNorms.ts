import type { Layer } from '../network/layers.ts';
import { layerMatrix } from './layerMatrix.ts';
import { nuclearNorm, nuclearNormMacs } from './nuclearNorm.ts';
import type { ScoringContext } from './proxy.ts';

const known = new WeakMap<ScoringContext, Map<string, number>>();

/**
 * The nuclear norm of a layer's weights. Slices of a supernet come again and again, so theirs are remembered.
 * @param name tells the weights of one supernet apart that have equal shapes
 * @param read the numbers of one of the layer's parameters
 * @returns the multiply-accumulates that it took, too
 */
export function weightNorm(
  context: ScoringContext, name: string, layer: Layer, read: (parameter: string) => Float32Array,
): { norm: number; macs: number } {
  const compute = () => {
    const matrix = layerMatrix(layer, read);
    return { norm: nuclearNorm(matrix), macs: nuclearNormMacs(matrix) };
  };
  if (!context.supernet) return compute();
  let norms = known.get(context);
  if (!norms) known.set(context, norms = new Map());
  const key = `${name} ${layer.weights.map(({ shape }) => shape.join('x')).join(' ')}`;
  const remembered = norms.get(key);
  if (remembered !== undefined) return { norm: remembered, macs: 0 };
  const found = compute();
  norms.set(key, found.norm);
  return found;
}
