import type { Floats, Lanes, Local } from '../expression.ts';
import type { FunctionBuilder } from '../function.ts';

/**
 * c0 + c1 x + c2 x^2 + ..., in pairs, and pairs of pairs: a processor has too little to do while it waits for the steps of
 * Horner's rule, each of which needs the one before.
 */
export function polynomial(f: FunctionBuilder, lanes: Lanes, x: Local<'f32' | 'v128'>, coefficients: readonly number[]): Floats {
  let terms: Floats[] = coefficients.map((coefficient) => lanes.constant(coefficient));
  for (let power = x; ; power = f.local(lanes.type, lanes.mul(power, power))) {
    terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) => {
      const [low, high] = terms.slice(2 * i, 2 * i + 2);
      return high ? f.local(lanes.type, lanes.add(low, lanes.mul(high, power))) : low;
    });
    if (terms.length === 1) return terms[0];
  }
}

/** Minimax coefficients of 2^x on |x| <= 1/2; the relative error is below 8e-8. */
const series = [1.0000000716551924, 0.6931469670635819, 0.24022119721316498, 0.05550713274201628, 0.009675541471400529, 0.001327647215191891];
/** A number of this size has no bits for fractions. */
const rounder = 1.5 * 2 ** 23;

/** 2^x for x from -126 to 127: to float32's precision near zero, and to 6e-8 |x| of the value beyond. */
export function powerOfTwo(f: FunctionBuilder, lanes: Lanes, x: Floats): Floats {
  const exponent = f.local(lanes.type, x);
  const shifted = f.local(lanes.type, lanes.add(exponent, lanes.constant(rounder)));
  const rest = f.local(lanes.type, lanes.sub(exponent, lanes.sub(shifted, lanes.constant(rounder))));
  return lanes.mul(polynomial(f, lanes, rest, series), lanes.powerOfLowBits(shifted));
}
