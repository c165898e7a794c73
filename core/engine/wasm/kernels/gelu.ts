import type { EncodedFunction } from '../encoding.ts';
import type { Floats, Lanes, Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { polynomial } from './polynomial.ts';

/**
 * The exact GELU, u Phi(u) with the cumulative normal distribution Phi (Hendrycks and Gimpel 2016), and its slope
 * Phi(u) + u phi(u), also of rows to which a bias is added on the way: u = x + bias, x [rows, length], bias [length].
 *
 * Both factors are 1/2 plus an odd function, which is approximated by u P(u^2) / Q(u^2), for |u| up to a limit beyond
 * which it hardly changes: minimax fits, computed with float32 to 3e-7 (Phi) and 5e-7 (the slope).
 */
interface OddFunction {
  readonly limit: number;
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

const centredNormal: OddFunction = {
  limit: 5.2,
  numerator: [0.398941917, 0.0495938931, 0.00551876257, 0.000314268166, 5.8407127e-6],
  denominator: [1, 0.29097422, 0.0373400873, 0.00270377444, 0.000112742619, 5.01906438e-7],
};

const centredSlope: OddFunction = {
  limit: 5.5,
  numerator: [0.79788532, -0.030943915, 0.0142190388, 2.0593214e-5, 3.58031944e-5, 1.90872141e-7],
  denominator: [1, 0.294558742, 0.0409885183, 0.0035218199, 0.000192060347, 8.88711805e-6],
};

/** 1/2 + u P(u^2) / Q(u^2), for u that is not below the lower limit. */
function half(f: FunctionBuilder, lanes: Lanes, u: Local<'f32' | 'v128'>, { limit, numerator, denominator }: OddFunction): Floats {
  const bounded = f.local(lanes.type, lanes.atMost(u, lanes.constant(limit)));
  const square = f.local(lanes.type, lanes.mul(bounded, bounded));
  const quotient = lanes.div(lanes.mul(bounded, polynomial(f, lanes, square, numerator)), polynomial(f, lanes, square, denominator));
  return lanes.add(quotient, lanes.constant(0.5));
}

/** Below the limit Phi's error stands in for Phi, and must not be multiplied by ever more. */
export function geluOf(f: FunctionBuilder, lanes: Lanes, u: Floats): Floats {
  const limited = f.local(lanes.type, lanes.atLeast(u, lanes.constant(-centredNormal.limit)));
  return lanes.mul(limited, half(f, lanes, limited, centredNormal));
}

export function slopeOf(f: FunctionBuilder, lanes: Lanes, u: Floats): Floats {
  return half(f, lanes, f.local(lanes.type, lanes.atLeast(u, lanes.constant(-centredSlope.limit))), centredSlope);
}

/** gelu(x, y, count) */
function gelu(): EncodedFunction {
  const f = new FunctionBuilder('gelu');
  const { x, y, count } = f.pointers('x', 'y', 'count');
  f.sweep(count, [x, y], (lanes, offset) => {
    f.store(y, geluOf(f, lanes, lanes.load(x, offset)), offset);
  }, 2);
  return f.finish();
}

/** geluGradient(dy, x, dx, count) */
function geluGradient(): EncodedFunction {
  const f = new FunctionBuilder('geluGradient');
  const { dy, x, dx, count } = f.pointers('dy', 'x', 'dx', 'count');
  f.sweep(count, [dy, x, dx], (lanes, offset) => {
    f.store(dx, lanes.mul(lanes.load(dy, offset), slopeOf(f, lanes, lanes.load(x, offset))), offset);
  }, 2);
  return f.finish();
}

/** biasGelu(x, bias, y, rows, length) */
function biasGelu(): EncodedFunction {
  const f = new FunctionBuilder('biasGelu');
  const { x, bias, y, rows, length } = f.pointers('x', 'bias', 'y', 'rows', 'length');
  const [biasAt, left] = [f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    f.set(biasAt, bias);
    f.set(left, length);
    f.sweep(left, [x, biasAt, y], (lanes, offset) => {
      f.store(y, geluOf(f, lanes, lanes.add(lanes.load(x, offset), lanes.load(biasAt, offset))), offset);
    }, 2);
  });
  return f.finish();
}

/** biasGeluGradient(dy, x, bias, dx, rows, length) */
function biasGeluGradient(): EncodedFunction {
  const f = new FunctionBuilder('biasGeluGradient');
  const { dy, x, bias, dx, rows, length } = f.pointers('dy', 'x', 'bias', 'dx', 'rows', 'length');
  const [biasAt, left] = [f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    f.set(biasAt, bias);
    f.set(left, length);
    f.sweep(left, [dy, x, biasAt, dx], (lanes, offset) => {
      const u = lanes.add(lanes.load(x, offset), lanes.load(biasAt, offset));
      f.store(dx, lanes.mul(lanes.load(dy, offset), slopeOf(f, lanes, u)), offset);
    }, 2);
  });
  return f.finish();
}

export const geluKernels: readonly EncodedFunction[] = [gelu(), geluGradient(), biasGelu(), biasGeluGradient()];
