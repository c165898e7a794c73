import type { EncodedFunction } from '../encoding.ts';
import type { F32, Floats, Lanes } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';

/** Kernels for all parameters of a network as one flat array. */

/**
 * adamW(parameters, gradient, first, second, count, keep, stepSize, correction, beta1, rest1, beta2, rest2, epsilon), in
 * place, with rest = 1 - beta (given, because float32 would lose digits of it):
 *   m = beta1 m + rest1 g, v = beta2 v + rest2 g^2, p = keep p - stepSize m / (correction sqrt(v) + epsilon).
 */
function adamW(): EncodedFunction {
  const f = new FunctionBuilder('adamW');
  const { parameters, gradient, first, second, count } = f.pointers('parameters', 'gradient', 'first', 'second', 'count');
  const [keep, stepSize, correction, beta1, rest1, beta2, rest2, epsilon] = Array.from({ length: 8 }, () => f.parameter('f32'));
  f.sweep(count, [parameters, gradient, first, second], (lanes, offset) => {
    const g = f.local(lanes.type, lanes.load(gradient, offset));
    const m = f.local(lanes.type, mixed(lanes, beta1, lanes.load(first, offset), rest1, g));
    const v = f.local(lanes.type, mixed(lanes, beta2, lanes.load(second, offset), rest2, lanes.mul(g, g)));
    const divisor = lanes.add(lanes.mul(lanes.sqrt(v), lanes.splat(correction)), lanes.splat(epsilon));
    const step = lanes.div(lanes.mul(lanes.splat(stepSize), m), divisor);
    f.store(first, m, offset);
    f.store(second, v, offset);
    f.store(parameters, lanes.sub(lanes.mul(lanes.load(parameters, offset), lanes.splat(keep)), step), offset);
  }, 2);
  return f.finish();
}

/** average(mean, x, count, keep, rest): mean = keep mean + rest x, in place */
function average(): EncodedFunction {
  const f = new FunctionBuilder('average');
  const { mean, x, count } = f.pointers('mean', 'x', 'count');
  const [keep, rest] = [f.parameter('f32'), f.parameter('f32')];
  f.sweep(count, [mean, x], (lanes, offset) =>
    f.store(mean, mixed(lanes, keep, lanes.load(mean, offset), rest, lanes.load(x, offset)), offset));
  return f.finish();
}

/** zero(x, bytes) */
function zero(): EncodedFunction {
  const f = new FunctionBuilder('zero');
  const { x, bytes } = f.pointers('x', 'bytes');
  f.fillZeros(x, bytes);
  return f.finish();
}

function mixed(lanes: Lanes, beta: F32, old: Floats, rest: F32, fresh: Floats): Floats {
  return lanes.add(lanes.mul(lanes.splat(beta), old), lanes.mul(lanes.splat(rest), fresh));
}

export const flatKernels: readonly EncodedFunction[] = [adamW(), average(), zero()];
