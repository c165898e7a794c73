import type { EncodedFunction } from '../encoding.ts';
import { f32, i32, oneLane, type Lanes, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { alongRow, largestOfRow } from './alongRow.ts';
import { powerOfTwo } from './polynomial.ts';

/**
 * Row-major matrices [rows, length] whose rows are tokens (or the attention weights of one query): norms, softmax and sums.
 */

/** normaliseRows(x, scale, bias, y, mean, inverse, rows, length, epsilon): Ba et al. 2016, inverse = 1 / sqrt(variance + epsilon) */
function normaliseRows(): EncodedFunction {
  const f = new FunctionBuilder('normaliseRows');
  const { x, scale, bias, y, mean, inverse, rows, length } = f.pointers('x', 'scale', 'bias', 'y', 'mean', 'inverse', 'rows', 'length');
  const epsilon = f.parameter('f32');
  const share = f.local('f32', f32.div(oneLane.constant(1), f32.fromInteger(length)));
  const [at, scaleAt, biasAt, left] = Array.from({ length: 4 }, () => f.local('i32'));
  f.repeat(rows, () => {
    f.set(at, x);
    const [sum] = alongRow(f, 1, length, [at], (lanes, offset, add) => add(0, lanes.load(at, offset)));
    const average = f.local('f32', f32.mul(sum, share));
    f.set(at, x);
    const [squares] = alongRow(f, 1, length, [at], (lanes, offset, add) => {
      const centred = f.local(lanes.type, lanes.sub(lanes.load(at, offset), lanes.splat(average)));
      add(0, lanes.mul(centred, centred));
    });
    const factor = f.local('f32', f32.div(oneLane.constant(1), oneLane.sqrt(f32.add(f32.mul(squares, share), epsilon))));
    f.store(mean, average);
    f.store(inverse, factor);
    f.advance(mean, 4);
    f.advance(inverse, 4);
    f.set(scaleAt, scale);
    f.set(biasAt, bias);
    f.set(left, length);
    f.sweep(left, [x, scaleAt, biasAt, y], (lanes, offset) => {
      const normalised = lanes.mul(lanes.sub(lanes.load(x, offset), lanes.splat(average)), lanes.splat(factor));
      f.store(y, lanes.add(lanes.mul(normalised, lanes.load(scaleAt, offset)), lanes.load(biasAt, offset)), offset);
    });
  });
  return f.finish();
}

/** Rows after which running sums of float32 down the columns are set aside. */
const block = 64;

/**
 * normaliseRowsGradient(dy, x, mean, inverse, scale, residual, dx, dScale, dBias, scratch, rows, length), with n the
 * normalised input: dBias = sum dy, dScale = sum dy n (over rows), s = dy scale,
 * dx = residual + inverse (s - average of s - n average of s n) (averages along the row). Scratch: 2 x length floats. The
 * form without residual takes dx in its place and ignores it.
 */
function normaliseRowsGradient(name: string, withResidual: boolean): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { dy, x, mean, inverse, scale, residual, dx } = f.pointers('dy', 'x', 'mean', 'inverse', 'scale', 'residual', 'dx');
  const { dScale, dBias, scratch, rows, length } = f.pointers('dScale', 'dBias', 'scratch', 'rows', 'length');
  const rowBytes = f.integer(i32.shiftLeft(length, 2));
  const share = f.local('f32', f32.div(oneLane.constant(1), f32.fromInteger(length)));
  const [dyAt, xAt, scaleAt, runningScale, runningBias, to, left, turn] = Array.from({ length: 8 }, () => f.local('i32'));
  f.fillZeros(dScale, rowBytes);
  f.fillZeros(dBias, rowBytes);
  f.while(i32.less(0, rows), () => {
    f.set(turn, rows);
    f.when(i32.less(block, rows), () => f.set(turn, i32.add(0, block)));
    f.set(rows, i32.sub(rows, turn));
    f.fillZeros(scratch, i32.shiftLeft(rowBytes, 1));
    f.repeat(turn, () => {
      const [average, factor] = [f.local('f32', f32.load(mean)), f.local('f32', f32.load(inverse))];
      f.advance(mean, 4);
      f.advance(inverse, 4);
      const normalised = (lanes: Lanes, at: Local<'i32'>, offset: number) => f.local(lanes.type,
        lanes.mul(lanes.sub(lanes.load(at, offset), lanes.splat(average)), lanes.splat(factor)));
      f.set(dyAt, dy);
      f.set(xAt, x);
      f.set(scaleAt, scale);
      f.set(runningScale, scratch);
      f.set(runningBias, i32.add(scratch, rowBytes));
      const [sum, along] = alongRow(f, 2, length, [dyAt, xAt, scaleAt, runningScale, runningBias], (lanes, offset, add) => {
        const gradient = f.local(lanes.type, lanes.load(dyAt, offset));
        const n = normalised(lanes, xAt, offset);
        f.store(runningBias, lanes.add(lanes.load(runningBias, offset), gradient), offset);
        const product = f.local(lanes.type, lanes.mul(gradient, n));
        f.store(runningScale, lanes.add(lanes.load(runningScale, offset), product), offset);
        const weight = f.local(lanes.type, lanes.load(scaleAt, offset));
        add(0, lanes.mul(gradient, weight));
        add(1, lanes.mul(product, weight));
      });
      f.set(sum, f32.mul(sum, share));
      f.set(along, f32.mul(along, share));
      f.set(scaleAt, scale);
      f.set(left, length);
      f.sweep(left, [dy, x, scaleAt, dx, ...(withResidual ? [residual] : [])], (lanes, offset) => {
        const scaled = lanes.mul(lanes.load(dy, offset), lanes.load(scaleAt, offset));
        const centred = lanes.sub(lanes.sub(scaled, lanes.splat(sum)), lanes.mul(normalised(lanes, x, offset), lanes.splat(along)));
        const gradient = lanes.mul(centred, lanes.splat(factor));
        f.store(dx, withResidual ? lanes.add(lanes.load(residual, offset), gradient) : gradient, offset);
      });
    });
    f.set(runningScale, scratch);
    f.set(runningBias, i32.add(scratch, rowBytes));
    for (const [running, total] of [[runningScale, dScale], [runningBias, dBias]]) {
      f.set(to, total);
      f.set(left, length);
      f.sweep(left, [running, to], (lanes, offset) => f.store(to, lanes.add(lanes.load(to, offset), lanes.load(running, offset)), offset));
    }
  });
  return f.finish();
}

/** softmaxRows(x, y, rows, length) */
function softmaxRows(): EncodedFunction {
  const f = new FunctionBuilder('softmaxRows');
  const { x, y, rows, length } = f.pointers('x', 'y', 'rows', 'length');
  const [at, left, to] = [f.local('i32'), f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    f.set(at, x);
    const most = largestOfRow(f, length, at);
    f.set(to, y);
    const [total] = alongRow(f, 1, length, [x, to], (lanes, offset, add) => {
      const exponent = lanes.mul(lanes.sub(lanes.load(x, offset), lanes.splat(most)), lanes.constant(Math.LOG2E));
      const power = f.local(lanes.type, powerOfTwo(f, lanes, lanes.atLeast(exponent, lanes.constant(-126))));
      f.store(to, power, offset);
      add(0, power);
    });
    f.set(total, f32.div(oneLane.constant(1), total));
    f.set(left, length);
    f.sweep(left, [y], (lanes, offset) => f.store(y, lanes.mul(lanes.load(y, offset), lanes.splat(total)), offset));
  });
  return f.finish();
}

/** softmaxRowsGradient(dy, y, dx, rows, length): dx = y (dy - sum along the row of dy y) */
function softmaxRowsGradient(): EncodedFunction {
  const f = new FunctionBuilder('softmaxRowsGradient');
  const { dy, y, dx, rows, length } = f.pointers('dy', 'y', 'dx', 'rows', 'length');
  const [dyAt, yAt, left] = [f.local('i32'), f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    f.set(dyAt, dy);
    f.set(yAt, y);
    const [along] = alongRow(f, 1, length, [dyAt, yAt], (lanes, offset, add) => add(0, lanes.mul(lanes.load(dyAt, offset), lanes.load(yAt, offset))));
    f.set(left, length);
    f.sweep(left, [dy, y, dx], (lanes, offset) =>
      f.store(dx, lanes.mul(lanes.load(y, offset), lanes.sub(lanes.load(dy, offset), lanes.splat(along))), offset));
  });
  return f.finish();
}

/** sumColumns(x, y, groups, rows, length, factor): y[g, i] = factor sum_r x[g, r, i] */
function sumColumns(): EncodedFunction {
  const f = new FunctionBuilder('sumColumns');
  const { x, y, groups, rows, length } = f.pointers('x', 'y', 'groups', 'rows', 'length');
  const factor = f.parameter('f32');
  const rowBytes = f.integer(i32.shiftLeft(length, 2));
  const [to, left, open] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const rowPointers = Array.from({ length: 4 }, () => f.local('i32'));
  const addRows = (count: number) => {
    const some = rowPointers.slice(0, count);
    some.forEach((pointer, i) => f.set(pointer, i === 0 ? i32.add(x, 0) : i32.add(some[i - 1], rowBytes)));
    f.set(to, y);
    f.set(left, length);
    f.sweep(left, [...some, to], (lanes, offset) => {
      const values = some.map((pointer) => lanes.load(pointer, offset));
      const sum = values.length === 4 ? lanes.add(lanes.add(values[0], values[1]), lanes.add(values[2], values[3])) : values[0];
      f.store(to, lanes.add(lanes.load(to, offset), sum), offset);
    });
    f.advance(x, i32.mul(rowBytes, count));
  };
  f.repeat(groups, () => {
    f.fillZeros(y, rowBytes);
    f.set(open, rows);
    f.while(i32.greaterOrEqual(open, 4), () => {
      addRows(4);
      f.advance(open, -4);
    });
    f.repeat(open, () => addRows(1));
    f.set(left, length);
    f.sweep(left, [y], (lanes, offset) => f.store(y, lanes.mul(lanes.load(y, offset), lanes.splat(factor)), offset));
  });
  return f.finish();
}

/** repeatRows(x, y, groups, rows, length): y[g, r, i] = x[g, i] */
function repeatRows(): EncodedFunction {
  const f = new FunctionBuilder('repeatRows');
  const { x, y, groups, rows, length } = f.pointers('x', 'y', 'groups', 'rows', 'length');
  const rowBytes = f.integer(i32.shiftLeft(length, 2));
  f.repeat(groups, () => {
    f.repeat(rows, () => {
      f.copy(y, x, rowBytes);
      f.advance(y, rowBytes);
    });
    f.advance(x, rowBytes);
  });
  return f.finish();
}

/** addBiasTo(a, bias, b, y, rows, length): y[r, i] = a[r, i] + bias[i] + b[r, i] */
function addBiasTo(): EncodedFunction {
  const f = new FunctionBuilder('addBiasTo');
  const { a, bias, b, y, rows, length } = f.pointers('a', 'bias', 'b', 'y', 'rows', 'length');
  const [biasAt, left] = [f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    f.set(biasAt, bias);
    f.set(left, length);
    f.sweep(left, [a, biasAt, b, y], (lanes, offset) =>
      f.store(y, lanes.add(lanes.add(lanes.load(a, offset), lanes.load(biasAt, offset)), lanes.load(b, offset)), offset));
  });
  return f.finish();
}

export const rowKernels: readonly EncodedFunction[] = [
  normaliseRows(), normaliseRowsGradient('normaliseRowsGradient', false), normaliseRowsGradient('normaliseRowsGradientTo', true),
  softmaxRows(), softmaxRowsGradient(), sumColumns(), repeatRows(), addBiasTo(),
];
