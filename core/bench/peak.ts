import { Arena } from '../engine/wasm/arena.ts';
import { MatrixProducts } from '../engine/ort/plan/product.ts';

/** Large enough for full speed; rows a power of two apart would drive each other out of the cache. */
const side = 1152;
const trials = 12;

/** Multiply-accumulates a second, in 10^9, of a large matrix product on the same number of threads: what arithmetic allows. */
export function peakGigaMacsPerSecond(threads: number): number {
  const arena = new Arena();
  const products = new MatrixProducts(arena, threads);
  const [a, b, c] = [0, 1, 2].map(() => arena.allocate(side * side));
  for (const address of [a, b]) arena.view(address, side * side).fill(0.5);
  const matrix = (address: number) => ({ address, rows: side, columns: side, transposed: false });
  const times = Array.from({ length: trials }, () => {
    const start = performance.now();
    products.multiply(matrix(a), matrix(b), c);
    return performance.now() - start;
  });
  products.dispose();
  return side ** 3 / Math.min(...times) / 1e6;
}
