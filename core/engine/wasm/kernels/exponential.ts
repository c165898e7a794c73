import type { Floats, Lanes } from '../expression.ts';
import type { FunctionBuilder } from '../function.ts';

/** Minimax coefficients of 2^x on |x| <= 1/2, from x^5 down; the relative error is below 8e-8. */
const series = [0.001327647215191891, 0.009675541471400529, 0.05550713274201628, 0.24022119721316498, 0.6931469670635819, 1.0000000716551924];
/** A number of this size has no bits for fractions. */
const rounder = 1.5 * 2 ** 23;

/** 2^x for x from -126 to 127: to float32's precision near zero, and to 6e-8 |x| of the value beyond. */
export function powerOfTwo(f: FunctionBuilder, lanes: Lanes, x: Floats): Floats {
  const exponent = f.local(lanes.type, x);
  const shifted = f.local(lanes.type, lanes.add(exponent, lanes.constant(rounder)));
  const rest = f.local(lanes.type, lanes.sub(exponent, lanes.sub(shifted, lanes.constant(rounder))));
  const sum = series.slice(1).reduce<Floats>((value, coefficient) => lanes.add(lanes.mul(value, rest), lanes.constant(coefficient)),
    lanes.constant(series[0]));
  return lanes.mul(sum, lanes.powerOfLowBits(shifted));
}
