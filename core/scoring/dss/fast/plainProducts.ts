import type { Operand } from '../../../engine/ort/plan/product.ts';
import type { Address, Arena } from '../../../engine/wasm/arena.ts';

/** Matrix products for machines without ONNX Runtime. The first factor is not transposed. */
export class PlainProducts {
  readonly #arena: Arena;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Writes the product to `result`. */
  multiply(a: Operand, b: Operand, result: Address): void {
    const view = ({ address, rows, columns }: Operand) => this.#arena.view(address, rows * columns);
    const columns = b.transposed ? b.rows : b.columns;
    (b.transposed ? alongRows : alongColumns)(view(a), view(b), this.#arena.view(result, a.rows * columns), a.rows, columns, a.columns);
  }
}

/** c [rows, columns] = a [rows, depth] b', b [columns, depth] */
function alongRows(a: Float32Array, b: Float32Array, c: Float32Array, rows: number, columns: number, depth: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[i * depth + k] * b[j * depth + k];
      c[i * columns + j] = sum;
    }
  }
}

/** c [rows, columns] = a [rows, depth] b [depth, columns] */
function alongColumns(a: Float32Array, b: Float32Array, c: Float32Array, rows: number, columns: number, depth: number): void {
  c.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < depth; k++) {
      const factor = a[i * depth + k];
      for (let j = 0; j < columns; j++) c[i * columns + j] += factor * b[k * columns + j];
    }
  }
}
