import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { bindShape, difference, evaluate, plus, product, quotient, strided, type Dim } from '../../core/graph/dims.ts';

const symbols = ['B', 'H', 'W', 'ceil(H/2)', '(H*W+1)', '(H-1)', 'channels'];
const sizes = new Map([['B', 3], ['H', 7], ['W', 10], ['channels', 16]]);

function randomDim(random: Random): Dim {
  const factors: Dim[] = Array.from({ length: random.integer(4) }, () => random.choice(symbols));
  return product(1 + random.integer(12), ...factors);
}

describe('products of dimensions', () => {
  it('have one spelling: number first, names sorted', () => {
    expect(product('W', 2, 'H', 3)).toBe('6*H*W');
    expect(product('6*H*W')).toBe('6*H*W');
    expect(product('H')).toBe('H');
    expect(product(1, 'H', 1)).toBe('H');
    expect(product(2, 3)).toBe(6);
    expect(product()).toBe(1);
    expect(product('H', 0)).toBe(0);
  });

  it('take factors in parentheses as a whole', () => {
    expect(product('W', 'ceil(3*H/2)', 2)).toBe('2*W*ceil(3*H/2)');
    expect(product(product('ceil(ceil(H/2)/2)', 'B'), 5)).toBe('5*B*ceil(ceil(H/2)/2)');
  });

  it('do not depend on the order or grouping of factors', () => {
    const random = new Random('grouping');
    for (let i = 0; i < 200; i++) {
      const dims = Array.from({ length: 4 }, () => randomDim(random));
      const [a, b, c, d] = random.shuffled(dims);
      expect(product(product(a, b), product(c, d))).toBe(product(...dims));
    }
  });

  it('evaluate to the product of the sizes', () => {
    const random = new Random('values');
    for (let i = 0; i < 200; i++) {
      const [a, b] = [randomDim(random), randomDim(random)];
      expect(evaluate(product(a, b), sizes)).toBe(evaluate(a, sizes) * evaluate(b, sizes));
    }
  });
});

describe('sums of a dimension and a number', () => {
  it('have one spelling, and end where they began', () => {
    expect(plus('N', 1)).toBe('(N+1)');
    expect(plus('H*W', -2)).toBe('(H*W-2)');
    expect(plus(plus('H*W', 1), -1)).toBe('H*W');
    expect(plus('(N+1)', 2)).toBe('(N+3)');
    expect(plus('N', 0)).toBe('N');
    expect(plus(5, -2)).toBe(3);
    expect(plus('(N+1)*(M+1)', 1)).toBe('((N+1)*(M+1)+1)');
  });

  it('evaluate to the sum, and differ by it', () => {
    const random = new Random('sums');
    for (let i = 0; i < 200; i++) {
      const [dim, more, other] = [randomDim(random), random.integer(9) - 4, random.integer(9) - 4];
      expect(evaluate(plus(dim, more), sizes)).toBe(evaluate(dim, sizes) + more);
      expect(difference(plus(dim, more), plus(dim, other))).toBe(more - other);
    }
    expect(difference('N', 'M')).toBeUndefined();
  });

  it('are factors of products', () => {
    expect(product('channels', plus('N', 1), 2)).toBe('2*(N+1)*channels');
    expect(quotient('2*(N+1)*channels', plus('N', 1))).toBe('2*channels');
  });
});

describe('quotients of dimensions', () => {
  it('undo products', () => {
    const random = new Random('quotients');
    for (let i = 0; i < 200; i++) {
      const [a, b] = [randomDim(random), randomDim(random)];
      expect(quotient(product(a, b), b)).toBe(product(a));
    }
  });

  it('exist only where the division is exact for every size', () => {
    expect(quotient('6*H', '4')).toBeUndefined();
    expect(quotient('H', 'W')).toBeUndefined();
    expect(quotient('H', 'H*H')).toBeUndefined();
    expect(quotient('H*W', 0)).toBeUndefined();
    expect(quotient('6*H*H', '2*H')).toBe('3*H');
    expect(quotient(12, 4)).toBe(3);
  });
});

describe('strided dimensions', () => {
  it('are what a "same" convolution leaves: the size over the stride, rounded up', () => {
    expect(strided(7, 2)).toBe(4);
    expect(strided(8, 2)).toBe(4);
    expect(strided('H', 1)).toBe('H');
    expect(strided('H', 2)).toBe('ceil(H/2)');
    for (const [height, half, quarter] of [[1, 1, 1], [2, 1, 1], [5, 3, 2], [9, 5, 3], [16, 8, 4]]) {
      const values = new Map([['H', height]]);
      expect(evaluate(strided('H', 2), values)).toBe(half);
      expect(evaluate(strided(strided('H', 2), 2), values)).toBe(quarter);
      expect(evaluate(product(3, strided(product(2, 'H'), 2)), values)).toBe(3 * height);
    }
  });
});

describe('evaluate', () => {
  it('names the symbol whose size is unknown', () => {
    expect(() => evaluate('2*H*heads', sizes)).toThrow('The size of dimension "heads" is not known.');
    expect(() => evaluate('ceil(K/2)', sizes)).toThrow('"K"');
  });

  it('takes the size of a whole product where that is given', () => {
    expect(evaluate('B*hidden', new Map([['B*hidden', 96]]))).toBe(96);
  });
});

describe('bindShape', () => {
  const bind = (dims: Dim[], shape: number[], known: Record<string, number> = {}) => {
    const values = new Map(Object.entries(known));
    const complete = bindShape('x', dims, shape, values);
    return { complete, values: Object.fromEntries(values) };
  };

  it('solves each dimension for its one unknown symbol', () => {
    expect(bind(['B', '16*heads', 'H', 'H*W'], [2, 48, 5, 35])).toEqual({ complete: true, values: { B: 2, heads: 3, H: 5, W: 7 } });
    expect(bind(['H', 'c*ceil(H/2)'], [5, 12])).toEqual({ complete: true, values: { H: 5, c: 4 } });
  });

  it('leaves a product of two unknown symbols for when one is known', () => {
    expect(bind(['a*b'], [6])).toEqual({ complete: false, values: {} });
    expect(bind(['a*b'], [6], { a: 2 })).toEqual({ complete: true, values: { a: 2, b: 3 } });
    expect(bind(['ceil(H/2)'], [3])).toEqual({ complete: false, values: {} });
    expect(bind(['ceil(H/2)'], [3], { H: 6 })).toEqual({ complete: true, values: { H: 6 } });
  });

  it.each<[string, Dim[], number[], Record<string, number>]>([
    ['a different rank', ['B', 'C'], [2], {}],
    ['a different fixed size', ['B', 3], [2, 4], {}],
    ['a size that contradicts a known symbol', ['B'], [3], { B: 2 }],
    ['a symbol that has two sizes', ['n', 'n'], [3, 4], {}],
    ['a size that is no multiple', ['16*heads'], [40], {}],
    ['a stride that does not fit', ['H', 'ceil(H/2)'], [5, 2], {}],
  ])('refuses %s', (_, dims, shape, known) => {
    expect(() => bind(dims, shape, known)).toThrow(`"x" has shape [${shape}], which does not fit [${dims.join(', ')}].`);
  });
});
