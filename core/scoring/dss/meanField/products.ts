/** Square matrices of products between classes, row by row. */
export type Products = Float64Array;

export const sizeOf = (products: { readonly length: number }) => Math.sqrt(products.length);

/** factor p */
export const scaled = (p: Products, factor: number): Products => p.map((value) => value * factor);

/** p + q */
export const sum = (p: Products, q: Products): Products => p.map((value, i) => value + q[i]);

/** p[i, j] a[i] a[j] */
export function weighted(p: Products, a: Products): Products {
  return p.map((value, i) => value * a[Math.floor(i / a.length)] * a[i % a.length]);
}

/** m p m' for m [rows, size]. */
export function carried(m: Products, p: Products): Products {
  const size = sizeOf(p);
  const rows = m.length / size;
  const half = new Float64Array(rows * size);
  for (let i = 0; i < rows; i++) for (let k = 0; k < size; k++) for (let j = 0; j < size; j++) half[i * size + j] += m[i * size + k] * p[k * size + j];
  const result = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < rows; j++) for (let k = 0; k < size; k++) result[i * rows + j] += half[i * size + k] * m[j * size + k];
  return result;
}

/** The transpose of m [rows, columns]. */
export function transposed(m: Products, columns: number): Float64Array {
  const rows = m.length / columns;
  return m.map((_, i) => m[(i % rows) * columns + Math.floor(i / rows)]);
}
