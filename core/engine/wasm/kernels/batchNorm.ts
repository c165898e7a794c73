import type { EncodedFunction } from '../encoding.ts';
import { f32, f64, oneLane, type Expression, type F32, type Floats, type Lanes, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { hardSwish, hardSwishSlope } from './elementwise.ts';

/**
 * Batch norm over maps whose channels are contiguous: x is [channels, length], statistics and parameters [channels].
 * Ioffe and Szegedy 2015. Sums are taken in double precision beyond short stretches.
 */

/** batchStatistics(x, mean, variance, channels, length): the biased variance, in two passes over a channel. */
function batchStatistics(): EncodedFunction {
  const f = new FunctionBuilder('batchStatistics');
  const { x, mean, variance } = f.pointers('x', 'mean', 'variance');
  const [channels, length] = [f.parameter('i32'), f.parameter('i32')];
  const start = f.local('i32');
  f.repeat(channels, () => {
    f.set(start, x);
    const [sum] = f.sums(1, length, [x], (lanes, offset, add) => add(0, lanes.load(x, offset)));
    const average = f.local('f32', f32.fromDouble(f64.div(sum, f64.fromInteger(length))));
    f.store(mean, average);
    f.set(x, start);
    const [squares] = f.sums(1, length, [x], (lanes, offset, add) => {
      const centred = f.local(lanes.type, lanes.sub(lanes.load(x, offset), lanes.splat(average)));
      add(0, lanes.mul(centred, centred));
    });
    f.store(variance, f32.fromDouble(f64.div(squares, f64.fromInteger(length))));
    f.advance(mean, 4);
    f.advance(variance, 4);
  });
  return f.finish();
}

/** 1 / sqrt(variance + epsilon) */
function inverseDeviation(variance: Expression<'i32'>, epsilon: F32): F32 {
  return f32.div(oneLane.constant(1), oneLane.sqrt(f32.add(f32.load(variance), epsilon)));
}

/** batchNorm(x, mean, variance, scale, bias, y, channels, length, epsilon): y = scale (x - mean) / deviation + bias */
function batchNorm(name: string, activation: (lanes: Lanes, x: Floats) => Floats): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { x, mean, variance, scale, bias, y } = f.pointers('x', 'mean', 'variance', 'scale', 'bias', 'y');
  const [channels, length, epsilon] = [f.parameter('i32'), f.parameter('i32'), f.parameter('f32')];
  const left = f.local('i32');
  f.repeat(channels, () => {
    const { factor, shift } = affine(f, { mean, variance, scale, bias, epsilon });
    f.set(left, length);
    f.sweep(left, [x, y], (lanes, offset) => {
      const value = f.local(lanes.type, lanes.add(lanes.mul(lanes.load(x, offset), lanes.splat(factor)), lanes.splat(shift)));
      f.store(y, activation(lanes, value), offset);
    });
    for (const pointer of [mean, variance, scale, bias]) f.advance(pointer, 4);
  });
  return f.finish();
}

interface NormParameters {
  readonly mean: Local<'i32'>;
  readonly variance: Local<'i32'>;
  readonly scale: Local<'i32'>;
  readonly bias: Local<'i32'>;
  readonly epsilon: F32;
}

/** Batch norm of one channel as factor x + shift. */
function affine(f: FunctionBuilder, { mean, variance, scale, bias, epsilon }: NormParameters): { factor: Local<'f32'>; shift: Local<'f32'> } {
  const factor = f.local('f32', f32.mul(f32.load(scale), inverseDeviation(variance, epsilon)));
  const shift = f.local('f32', f32.sub(f32.load(bias), f32.mul(f32.load(mean), factor)));
  return { factor, shift };
}

/**
 * batchNormGradient(dy, x, mean, variance, scale, bias, dx, dScale, dBias, channels, length, epsilon):
 *   dBias = sum dy, dScale = sum dy n, dx = scale / deviation (dy - dBias / length - n dScale / length),
 * with n the normalised input. The form for hard-swish takes the gradient after the activation.
 */
function batchNormGradient(name: string, slope?: Slope): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { dy, x, mean, variance, scale, bias } = f.pointers('dy', 'x', 'mean', 'variance', 'scale', 'bias');
  const { dx, dScale, dBias } = f.pointers('dx', 'dScale', 'dBias');
  const [channels, length, epsilon] = [f.parameter('i32'), f.parameter('i32'), f.parameter('f32')];
  const [dyStart, dxStart, xStart] = Array.from({ length: 3 }, () => f.local('i32'));
  f.repeat(channels, () => {
    f.set(dyStart, dy);
    f.set(dxStart, dx);
    f.set(xStart, x);
    const norm = { mean, variance, scale, bias, epsilon };
    const sums = parameterGradients(f, norm, { dy, x, before: dx, length }, slope);
    f.store(dBias, sums.bias);
    f.store(dScale, sums.scale);
    f.set(dy, dyStart);
    f.set(dx, dxStart);
    f.set(x, xStart);
    inputGradient(f, norm, sums, { dy: slope ? dx : dy, x, dx, length, count: f32.fromInteger(length), swept: [dy, x, dx] });
    for (const pointer of [mean, variance, scale, bias, dScale, dBias]) f.advance(pointer, 4);
  });
  return f.finish();
}

/**
 * The first half, for a share of a batch: batchNormGradientSums(dy, x, mean, variance, scale, bias, before, dScale, dBias,
 * channels, length, epsilon). The form for hard-swish writes the gradient before the activation to `before`; the other
 * leaves it alone.
 */
function batchNormGradientSums(name: string, slope?: Slope): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { dy, x, mean, variance, scale, bias } = f.pointers('dy', 'x', 'mean', 'variance', 'scale', 'bias');
  const { before, dScale, dBias } = f.pointers('before', 'dScale', 'dBias');
  const [channels, length, epsilon] = [f.parameter('i32'), f.parameter('i32'), f.parameter('f32')];
  f.repeat(channels, () => {
    const sums = parameterGradients(f, { mean, variance, scale, bias, epsilon }, { dy, x, before, length }, slope);
    f.store(dBias, sums.bias);
    f.store(dScale, sums.scale);
    for (const pointer of [mean, variance, scale, bias, dScale, dBias]) f.advance(pointer, 4);
  });
  return f.finish();
}

/**
 * The second half: batchNormGradientFromSums(dy, x, mean, variance, scale, dScale, dBias, dx, channels, length, count,
 * epsilon), with the sums over `count` numbers of which `length` are here.
 */
function batchNormGradientFromSums(): EncodedFunction {
  const f = new FunctionBuilder('batchNormGradientFromSums');
  const { dy, x, mean, variance, scale } = f.pointers('dy', 'x', 'mean', 'variance', 'scale');
  const { dScale, dBias, dx } = f.pointers('dScale', 'dBias', 'dx');
  const [channels, length, count, epsilon] = [f.parameter('i32'), f.parameter('i32'), f.parameter('f32'), f.parameter('f32')];
  f.repeat(channels, () => {
    const sums = { scale: f.local('f32', f32.load(dScale)), bias: f.local('f32', f32.load(dBias)) };
    inputGradient(f, { mean, variance, scale, bias: mean, epsilon }, sums, { dy, x, dx, length, count, swept: [dy, x, dx] });
    for (const pointer of [mean, variance, scale, dScale, dBias]) f.advance(pointer, 4);
  });
  return f.finish();
}

type Slope = (lanes: Lanes, x: Floats) => Floats;

interface Sums {
  readonly scale: F32;
  readonly bias: F32;
}

/** Sums over a channel; with a slope, the gradient before the activation is written where its second walk finds it. */
function parameterGradients(
  f: FunctionBuilder, norm: NormParameters,
  { dy, x, before, length }: { dy: Local<'i32'>; x: Local<'i32'>; before: Local<'i32'>; length: Local<'i32'> }, slope?: Slope,
): { scale: Local<'f32'>; bias: Local<'f32'> } {
  const { factor, shift } = affine(f, norm);
  const inverse = f.local('f32', inverseDeviation(norm.variance, norm.epsilon));
  const average = f.local('f32', f32.load(norm.mean));
  const [sum, product] = f.sums(2, length, slope ? [dy, x, before] : [dy, x], (lanes, offset, add) => {
    const input = f.local(lanes.type, lanes.load(x, offset));
    const gradient = f.local(lanes.type, lanes.load(dy, offset));
    if (slope) {
      const output = f.local(lanes.type, lanes.add(lanes.mul(input, lanes.splat(factor)), lanes.splat(shift)));
      f.set(gradient, lanes.mul(gradient, slope(lanes, output)));
      f.store(before, gradient, offset);
    }
    add(0, gradient);
    add(1, lanes.mul(gradient, lanes.sub(input, lanes.splat(average))));
  });
  return { bias: f.local('f32', f32.fromDouble(sum)), scale: f.local('f32', f32.mul(f32.fromDouble(product), inverse)) };
}

/** dx = factor dy + ofX x + constant: the three terms of the equation sorted by dy and x. */
function inputGradient(
  f: FunctionBuilder, norm: NormParameters, sums: Sums,
  walk: { dy: Local<'i32'>; x: Local<'i32'>; dx: Local<'i32'>; length: Local<'i32'>; count: F32; swept: Local<'i32'>[] },
): void {
  const inverse = f.local('f32', inverseDeviation(norm.variance, norm.epsilon));
  const factor = f.local('f32', f32.mul(f32.load(norm.scale), inverse));
  const average = f.local('f32', f32.load(norm.mean));
  const count = f.local('f32', walk.count);
  const ofX = f.local('f32', oneLane.neg(f32.div(f32.mul(f32.mul(factor, inverse), sums.scale), count)));
  const constant = f.local('f32', f32.sub(oneLane.neg(f32.div(f32.mul(factor, sums.bias), count)), f32.mul(ofX, average)));
  const left = f.local('i32');
  f.set(left, walk.length);
  f.sweep(left, walk.swept, (lanes, offset) => {
    const byX = lanes.add(lanes.mul(lanes.load(walk.x, offset), lanes.splat(ofX)), lanes.splat(constant));
    f.store(walk.dx, lanes.add(lanes.mul(lanes.load(walk.dy, offset), lanes.splat(factor)), byX), offset);
  });
}

export const batchNormKernels: readonly EncodedFunction[] = [
  batchStatistics(),
  batchNorm('batchNorm', (_lanes, x) => x),
  batchNorm('batchNormHardSwish', hardSwish),
  batchNormGradient('batchNormGradient'),
  batchNormGradient('batchNormHardSwishGradient', hardSwishSlope),
  batchNormGradientSums('batchNormGradientSums'),
  batchNormGradientSums('batchNormHardSwishGradientSums', hardSwishSlope),
  batchNormGradientFromSums(),
];

