import type { Tokens } from './flow.ts';
import { weighted, type Products } from './products.ts';

/** Layer norm of expected tokens: by what each class is multiplied, forward and (but for two directions of many) backward. */
export interface ExpectedNorm {
  readonly products: Products;
  readonly factors: Products;
}

export function expectedNorm({ products, channels, means }: Tokens, { normEpsilon, withoutNorm }: { readonly normEpsilon: number; readonly withoutNorm?: true }): ExpectedNorm {
  const size = means.length;
  const factors = means.map((_, i) => (withoutNorm ? 1 : 1 / Math.sqrt(products[i * size + i] / channels + normEpsilon)));
  return { products: weighted(products, factors), factors };
}
