import type { FlatParameters } from '../engine/flatParameters.ts';
import type { PlacedParameter } from '../model/weights.ts';

/** The least norm of a unit's weights that counts: weights at zero could never leave it (epsilon of Brock et al. 2021). */
const leastWeightNorm = 1e-3;
/** The least norm of a gradient that is divided by, as in timm. */
const leastGradientNorm = 1e-6;

/** A parameter's numbers as a matrix whose rows, or columns, each belong to one output unit. */
interface UnitMatrix {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly unit: 'row' | 'column';
}

/**
 * Adaptive gradient clipping (Brock et al. 2021, section 4.1) in timm's reading: the gradient of each output unit is
 * shortened to a share of the Euclidean norm of that unit's weights. Applies to the classifier too, as in the release of
 * ElasticViT.
 */
export class AdaptiveClipping {
  readonly #flat: FlatParameters;
  readonly #matrices: readonly UnitMatrix[];

  /** @param parameters of the flat buffers; those that are not trained are left out */
  constructor(flat: FlatParameters, parameters: Iterable<PlacedParameter>) {
    this.#flat = flat;
    this.#matrices = [...parameters].filter(({ trainable, length }) => trainable !== false && length > 0).map(unitMatrixOf);
  }

  /**
   * Scales the gradient in place.
   * @param factor largest norm of a unit's gradient over the norm of its weights
   * @returns the number of units whose gradient was too long
   */
  clip(factor: number): number {
    return this.#matrices.reduce((clipped, matrix) =>
      clipped + (matrix.unit === 'row' ? this.#clipRows(matrix, factor) : this.#clipColumns(matrix, factor)), 0);
  }

  #clipRows({ offset, rows, columns }: UnitMatrix, factor: number): number {
    const { values, gradient } = this.#flat;
    let clipped = 0;
    for (let row = 0; row < rows; row++) {
      const start = offset + row * columns;
      let weightSquares = 0;
      let gradientSquares = 0;
      for (let i = start; i < start + columns; i++) {
        weightSquares += values[i] * values[i];
        gradientSquares += gradient[i] * gradient[i];
      }
      const scale = scaleOf(weightSquares, gradientSquares, factor);
      if (scale === 1) continue;
      clipped++;
      for (let i = start; i < start + columns; i++) gradient[i] *= scale;
    }
    return clipped;
  }

  /** Row by row all the same, as the numbers lie in memory. */
  #clipColumns({ offset, rows, columns }: UnitMatrix, factor: number): number {
    const { values, gradient } = this.#flat;
    const [weightSquares, gradientSquares] = [new Float64Array(columns), new Float64Array(columns)];
    for (let row = 0, i = offset; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        weightSquares[column] += values[i] * values[i];
        gradientSquares[column] += gradient[i] * gradient[i];
      }
    }
    const scales = weightSquares.map((squares, column) => scaleOf(squares, gradientSquares[column], factor));
    const clipped = scales.reduce((count, scale) => count + Number(scale !== 1), 0);
    if (clipped === 0) return 0;
    for (let row = 0, i = offset; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) gradient[i] *= scales[column];
    }
    return clipped;
  }
}

/** What the gradient of a unit is multiplied by, from the sums of squares of its weights and gradient; 1 if it is short enough. */
function scaleOf(weightSquares: number, gradientSquares: number, factor: number): number {
  const largest = Math.max(Math.sqrt(weightSquares), leastWeightNorm) * factor;
  const norm = Math.sqrt(gradientSquares);
  return norm > largest ? largest / Math.max(norm, leastGradientNorm) : 1;
}

/**
 * Vectors, and positions that are added to tokens, are one unit; matrices of linear layers are [in, out], convolutions
 * [out, in, k, k]. In tables of relative positions [rows, columns, heads] each offset is a unit, which is what timm sees
 * in ElasticViT's [offsets, heads].
 */
function unitMatrixOf({ offset, length, shape, decay }: PlacedParameter): UnitMatrix {
  const isLinear = shape.length === 2 && decay === true;
  if (isLinear) return { offset, rows: shape[0], columns: shape[1], unit: 'column' };
  if (shape.length < 3) return { offset, rows: 1, columns: length, unit: 'row' };
  const rows = shape.length === 3 ? shape[0] * shape[1] : shape[0];
  return { offset, rows, columns: length / rows, unit: 'row' };
}
