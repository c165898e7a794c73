/**
 * Symbolic sizes. A dimension is a number or a product such as `16*heads`; a factor may be `ceil(H/2)`, the size that a
 * "same" convolution of stride 2 leaves, or `(N+1)` and `(N-1)`, the size with or without a token. Products are kept in
 * canonical form (number first, names sorted), so equal dimensions are equal strings.
 */
export type Dim = number | string;

/** Sizes of the symbols, known once the inputs of a graph are. */
export type DimValues = ReadonlyMap<string, number>;

interface Monomial {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

/** Splits at `*` outside parentheses. */
function factors(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (i === text.length || (text[i] === '*' && depth === 0)) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return parts;
}

const monomials = new Map<string, Monomial>();

/** Plans ask for the same dimensions in every run, so each is taken apart once. */
function monomial(dim: Dim): Monomial {
  if (typeof dim === 'number') return { coefficient: dim, symbols: [] };
  let known = monomials.get(dim);
  if (!known) monomials.set(dim, known = parsed(dim));
  return known;
}

function parsed(dim: string): Monomial {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const factor of factors(dim)) {
    if (/^\d+$/.test(factor)) coefficient *= Number(factor);
    else symbols.push(factor);
  }
  return { coefficient, symbols };
}

/** The product of dimensions, in canonical form. */
export function product(...dims: readonly Dim[]): Dim {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const part of dims.map(monomial)) {
    coefficient *= part.coefficient;
    symbols.push(...part.symbols);
  }
  if (symbols.length === 0 || coefficient === 0) return coefficient;
  symbols.sort();
  return (coefficient === 1 ? symbols : [String(coefficient), ...symbols]).join('*');
}

/** `total / part` when the division is exact for every size of the symbols; otherwise undefined. */
export function quotient(total: Dim, part: Dim): Dim | undefined {
  const numerator = { ...monomial(total), symbols: [...monomial(total).symbols] };
  const denominator = monomial(part);
  if (numerator.coefficient % denominator.coefficient !== 0) return undefined;
  for (const symbol of denominator.symbols) {
    const at = numerator.symbols.indexOf(symbol);
    if (at < 0) return undefined;
    numerator.symbols.splice(at, 1);
  }
  return product(numerator.coefficient / denominator.coefficient, ...numerator.symbols);
}

/** Size after a "same" convolution or pooling of this stride: `ceil(dim / stride)`. */
export function strided(dim: Dim, stride: number): Dim {
  if (stride === 1) return dim;
  return typeof dim === 'number' ? Math.ceil(dim / stride) : `ceil(${dim}/${stride})`;
}

/** A dimension and a whole number more (or, when it is negative, fewer). */
export function plus(dim: Dim, more: number): Dim {
  if (typeof dim === 'number') return dim + more;
  const sum = sumOf(dim);
  const total = (sum?.more ?? 0) + more;
  const base = sum?.dim ?? dim;
  if (total === 0) return base;
  return `(${base}${total < 0 ? '-' : '+'}${Math.abs(total)})`;
}

/** `a - b` when that is the same number for every size of the symbols; otherwise undefined. */
export function difference(a: Dim, b: Dim): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [a, b].map((dim) => (typeof dim === 'string' && sumOf(dim)) || { dim, more: 0 });
  return left.dim === right.dim ? left.more - right.more : undefined;
}

/** The size of a dimension. @throws RangeError when a symbol has no value. */
export function evaluate(dim: Dim, values: DimValues): number {
  if (typeof dim === 'number') return dim;
  const known = values.get(dim);
  if (known !== undefined) return known;
  const { coefficient, symbols } = monomial(dim);
  let size = coefficient;
  for (const symbol of symbols) size *= symbolValue(symbol, values);
  return size;
}

function symbolValue(symbol: string, values: DimValues): number {
  const known = values.get(symbol);
  if (known !== undefined) return known;
  const ceil = ceilOf(symbol);
  if (ceil) return Math.ceil(evaluate(ceil.dim, values) / ceil.stride);
  const sum = sumOf(symbol);
  if (sum) return evaluate(sum.dim, values) + sum.more;
  throw new RangeError(`The size of dimension "${symbol}" is not known.`);
}

/** The parts of a factor such as `ceil(H/2)`. */
function ceilOf(symbol: string): { dim: string; stride: number } | undefined {
  const match = /^ceil\((.+)\/(\d+)\)$/.exec(symbol);
  return match ? { dim: match[1], stride: Number(match[2]) } : undefined;
}

/** The parts of a factor such as `(N-1)`. */
function sumOf(symbol: string): { dim: string; more: number } | undefined {
  const match = /^\((.+)([+-]\d+)\)$/.exec(symbol);
  return match && factors(symbol).length === 1 ? { dim: match[1], more: Number(match[2]) } : undefined;
}

/**
 * Learns symbols from the actual shape of a tensor: a dimension with one unknown symbol is solved for it.
 * @returns whether every size is known now; otherwise the shape has to be tried again when more symbols are
 * @throws RangeError naming the tensor when a shape contradicts what is known.
 */
export function bindShape(name: string, dims: readonly Dim[], shape: readonly number[], values: Map<string, number>): boolean {
  const mismatch = () => new RangeError(`"${name}" has shape [${shape}], which does not fit [${dims.join(', ')}].`);
  if (dims.length !== shape.length) throw mismatch();
  let complete = true;
  dims.forEach((dim, axis) => {
    const symbols = typeof dim === 'number' ? [] : unknownSymbols(dim, values);
    if (symbols.length === 0) {
      if (evaluate(dim, values) !== shape[axis]) throw mismatch();
    } else if (symbols.length === 1 && !symbols[0].includes('(')) {
      const size = shape[axis] / evaluate(quotient(dim, symbols[0])!, values);
      if (!Number.isInteger(size)) throw mismatch();
      values.set(symbols[0], size);
    } else complete = false;
  });
  return complete;
}

/** The factors of a dimension that cannot be evaluated yet. */
function unknownSymbols(dim: string, values: DimValues): string[] {
  return values.has(dim) ? [] : monomial(dim).symbols.filter((symbol) => {
    if (values.has(symbol)) return false;
    const inner = ceilOf(symbol) ?? sumOf(symbol);
    return !inner || unknownSymbols(inner.dim, values).length > 0;
  });
}
