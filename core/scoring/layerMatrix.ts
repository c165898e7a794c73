import type { Layer } from '../network/layers.ts';

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * A layer's weights, or their gradients, as one matrix [outputs, inputs x kernel], in double precision.
 * @param read the numbers of one of the layer's parameters, by its name in the block
 */
export function layerMatrix({ weights }: Layer, read: (parameter: string) => Float32Array): Matrix {
  const parts = weights.map(({ name, shape }) => {
    const isMatrix = shape.length === 2;
    const outputs = isMatrix ? shape[1] : shape[0];
    return { isMatrix, outputs, inputs: shape.reduce((size, dim) => size * dim, 1) / outputs, numbers: read(name) };
  });
  const rows = parts.reduce((sum, { outputs }) => sum + outputs, 0);
  const columns = parts[0].inputs;
  const values = new Float64Array(rows * columns);
  let from = 0;
  for (const { isMatrix, outputs, inputs, numbers } of parts) {
    if (!isMatrix) values.set(numbers, from * columns);
    else for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) values[(from + o) * columns + i] = numbers[i * outputs + o];
    from += outputs;
  }
  return { rows, columns, values };
}
