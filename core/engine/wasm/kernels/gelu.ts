import type { EncodedFunction } from '../encoding.ts';
import type { Floats, Lanes, Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { powerOfTwo } from './exponential.ts';

/**
 * The exact GELU, u Phi(u) with the cumulative normal distribution Phi (Hendrycks and Gimpel 2016), of rows to which a
 * bias is added on the way: u = x + bias, x [rows, length], bias [length].
 */

/**
 * Abramowitz and Stegun 1964, 7.1.26: 1 - erf(z) = (a1 t + ... + a5 t^5) e^(-z^2) with t = 1 / (1 + p z), z >= 0, to
 * 1.5e-7. From a5 down, halved, because Phi(u) = (1 + erf(u / sqrt 2)) / 2.
 */
const tail = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592].map((a) => a / 2);
const slopeOfT = 0.3275911 * Math.SQRT1_2;

interface Normal {
  /** Phi(u). */
  readonly cumulative: Local<'f32' | 'v128'>;
  /** e^(-u^2 / 2). */
  readonly density: Local<'f32' | 'v128'>;
}

function normal(f: FunctionBuilder, lanes: Lanes, u: Local<'f32' | 'v128'>): Normal {
  const t = f.local(lanes.type, lanes.div(lanes.constant(1), lanes.add(lanes.mul(lanes.abs(u), lanes.constant(slopeOfT)), lanes.constant(1))));
  const exponent = lanes.mul(lanes.mul(u, u), lanes.constant(-0.5 * Math.LOG2E));
  const density = f.local(lanes.type, powerOfTwo(f, lanes, lanes.atLeast(exponent, lanes.constant(-126))));
  const sum = tail.slice(1).reduce<Floats>((value, a) => lanes.add(lanes.mul(value, t), lanes.constant(a)), lanes.constant(tail[0]));
  const beyond = f.local(lanes.type, lanes.mul(lanes.mul(sum, t), density));
  const zero = lanes.constant(0);
  const cumulative = f.local(lanes.type, lanes.whereLess(u, zero, beyond, lanes.sub(lanes.constant(1), beyond)));
  return { cumulative, density };
}

/** u Phi(u) */
export function gelu(f: FunctionBuilder, lanes: Lanes, u: Local<'f32' | 'v128'>): Floats {
  return lanes.mul(u, normal(f, lanes, u).cumulative);
}

/** Phi(u) + u phi(u) */
function slope(lanes: Lanes, u: Floats, { cumulative, density }: Normal): Floats {
  return lanes.add(cumulative, lanes.mul(lanes.mul(u, density), lanes.constant(1 / Math.sqrt(2 * Math.PI))));
}

/** gelu(x, y, count) */
function plainGelu(): EncodedFunction {
  const f = new FunctionBuilder('gelu');
  const { x, y, count } = f.pointers('x', 'y', 'count');
  f.sweep(count, [x, y], (lanes, offset) => f.store(y, gelu(f, lanes, f.local(lanes.type, lanes.load(x, offset))), offset), 2);
  return f.finish();
}

/** geluGradient(dy, x, dx, count) */
function plainGradient(): EncodedFunction {
  const f = new FunctionBuilder('geluGradient');
  const { dy, x, dx, count } = f.pointers('dy', 'x', 'dx', 'count');
  f.sweep(count, [dy, x, dx], (lanes, offset) => {
    const u = f.local(lanes.type, lanes.load(x, offset));
    f.store(dx, lanes.mul(lanes.load(dy, offset), slope(lanes, u, normal(f, lanes, u))), offset);
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
      const u = f.local(lanes.type, lanes.add(lanes.load(x, offset), lanes.load(biasAt, offset)));
      f.store(y, gelu(f, lanes, u), offset);
    }, 2);
  });
  return f.finish();
}

/** biasGeluGradient(dy, x, bias, y, dx, rows, length): GELU and its gradient at once, y = u Phi(u) and dx = dy (Phi(u) + u phi(u)). */
function biasGeluGradient(): EncodedFunction {
  const f = new FunctionBuilder('biasGeluGradient');
  const { dy, x, bias, y, dx, rows, length } = f.pointers('dy', 'x', 'bias', 'y', 'dx', 'rows', 'length');
  const [biasAt, left] = [f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    f.set(biasAt, bias);
    f.set(left, length);
    f.sweep(left, [dy, x, biasAt, y, dx], (lanes, offset) => {
      const u = f.local(lanes.type, lanes.add(lanes.load(x, offset), lanes.load(biasAt, offset)));
      const at = normal(f, lanes, u);
      f.store(y, lanes.mul(u, at.cumulative), offset);
      f.store(dx, lanes.mul(lanes.load(dy, offset), slope(lanes, u, at)), offset);
    }, 2);
  });
  return f.finish();
}

export const geluKernels: readonly EncodedFunction[] = [plainGelu(), plainGradient(), biasGelu(), biasGeluGradient()];
