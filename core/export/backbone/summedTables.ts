import type { OnnxModel, OnnxNode, OnnxTensor } from '../../graph/onnx/model.ts';

/** Tables with fewer numbers stay as they are. */
const leastElements = 2 ** 16;

/**
 * A file whose large tables of relative positions are calculated when it is loaded. The row for a query and a key at places (r, c)
 * and (r', c') of a map is (r - r' + height - 1) x span + c - c' + width - 1: what depends on the query alone plus what depends on
 * the key alone. Two vectors therefore stand for a table that has their lengths' product of entries.
 */
export function withSummedTables(model: OnnxModel): OnnxModel {
  const nodes: OnnxNode[] = [];
  const initializers = model.initializers.flatMap((tensor) => {
    const vectors = summandsOf(tensor);
    if (vectors === undefined) return [tensor];
    const { name } = tensor;
    const side = vectors[0].length;
    const [queries, keys, pairs, shape] = ['queries', 'keys', 'pairs', 'shape'].map((part) => `${name}/${part}`);
    nodes.push(
      { name: pairs, operator: 'Add', inputs: [queries, keys], outputs: [pairs] },
      { name, operator: 'Reshape', inputs: [pairs, shape], outputs: [name] },
    );
    return [
      { name: queries, dims: [side, 1], data: vectors[0] }, { name: keys, dims: [1, side], data: vectors[1] },
      { name: shape, dims: [1], data: BigInt64Array.of(BigInt(side * side)) },
    ];
  });
  return { ...model, nodes: [...nodes, ...model.nodes], initializers };
}

/** Vectors q and k with table[i x side + j] = q[i] + k[j]; undefined where there are none. */
function summandsOf({ dims, data }: OnnxTensor): readonly [Int32Array, Int32Array] | undefined {
  if (!(data instanceof Int32Array) || dims.length !== 1 || data.length < leastElements) return undefined;
  const side = Math.sqrt(data.length);
  if (!Number.isInteger(side)) return undefined;
  const keys = data.slice(0, side);
  const queries = Int32Array.from({ length: side }, (_, i) => data[i * side] - data[0]);
  for (let i = 0, at = 0; i < side; i++) {
    for (let j = 0; j < side; j++, at++) if (data[at] !== queries[i] + keys[j]) return undefined;
  }
  return [queries, keys];
}
