import type { EncodedFunction } from '../encoding.ts';
import { f32, i32, oneLane, type Floats, type Lanes, type Local } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';
import { alongRow, largestOfRow } from './alongRow.ts';
import { geluOf, slopeOf } from './gelu.ts';
import { powerOfTwo } from './polynomial.ts';

/**
 * Values with their derivatives along a curve: component 0 is the value, 1 and 2 the first and second derivative. Each
 * kernel exists for two and for three components; those that lay out factors and products also for values alone.
 */

/** Products of derivatives in the i-th derivative of a product, a[i - j] b[j]: (a b)'' = a'' b + 2 a' b' + a b''. */
const binomial = [[1], [1, 1], [1, 2, 1]] as const;

type Components = 1 | 2 | 3;

const named = (name: string, components: Components) => new FunctionBuilder(`${name}${components}`);

/**
 * jetFactor(a, y, rows, width, rowStride, componentStride): the left factor of a product of jets as one matrix. Row i of
 * the `components` rows that are made of each row of a [component, row, width] holds what multiplies b, b', b'' in the i-th
 * derivative of a b. Strides are in floats; y is [rows, components, components, width].
 */
function jetFactor(components: Components): EncodedFunction {
  const f = named('jetFactor', components);
  const { a, y, rows, width, rowStride, componentStride } = f.pointers('a', 'y', 'rows', 'width', 'rowStride', 'componentStride');
  for (const stride of [rowStride, componentStride]) f.set(stride, i32.shiftLeft(stride, 2));
  const bytes = f.integer(i32.shiftLeft(width, 2));
  const [from, left] = [f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    for (let derivative = 0; derivative < components; derivative++) {
      for (let j = 0; j < components; j++) {
        const factor = binomial[derivative][j];
        if (factor === undefined) {
          f.fillZeros(y, bytes);
          f.advance(y, bytes);
          continue;
        }
        f.set(from, i32.add(a, i32.mul(componentStride, derivative - j)));
        f.set(left, width);
        f.sweep(left, [from, y], (lanes, offset) => f.store(y, times(lanes, factor, lanes.load(from, offset)), offset), 2);
      }
    }
    f.advance(a, rowStride);
  });
  return f.finish();
}

/**
 * jetProduct(x, y, rows, width, rowStride, componentStride): derivatives of a product from the products of all pairs of
 * derivatives, x [rows, components (of a), components (of b), width], written to y [component, row, width] with the
 * given strides in floats.
 */
function jetProduct(components: Components): EncodedFunction {
  const f = named('jetProduct', components);
  const { x, y, rows, width, rowStride, componentStride } = f.pointers('x', 'y', 'rows', 'width', 'rowStride', 'componentStride');
  for (const stride of [rowStride, componentStride]) f.set(stride, i32.shiftLeft(stride, 2));
  const bytes = f.integer(i32.shiftLeft(width, 2));
  const [to, left] = [f.local('i32'), f.local('i32')];
  const pairs = Array.from({ length: components }, () => f.local('i32'));
  f.repeat(rows, () => {
    for (let derivative = 0; derivative < components; derivative++) {
      const terms = binomial[derivative].map((factor, j) => ({ factor, at: pairs[j], pair: (derivative - j) * components + j }));
      for (const { at, pair } of terms) f.set(at, i32.add(x, i32.mul(bytes, pair)));
      f.set(to, i32.add(y, i32.mul(componentStride, derivative)));
      f.set(left, width);
      f.sweep(left, [...terms.map(({ at }) => at), to], (lanes, offset) => {
        const values = terms.map(({ factor, at }) => times(lanes, factor, lanes.load(at, offset)));
        f.store(to, values.reduce((sum, value) => lanes.add(sum, value)), offset);
      }, 2);
    }
    f.advance(x, i32.mul(bytes, components ** 2));
    f.advance(y, rowStride);
  });
  return f.finish();
}

function times(lanes: Lanes, factor: number, value: Floats): Floats {
  return factor === 1 ? value : lanes.mul(lanes.constant(factor), value);
}

/**
 * jetSoftmax(z, rows, length), in place on z [rows, components, length]: with p the softmax of a row, y = z' - <p, z'> and
 * t = z'' + y^2, the derivatives are p y and p (t - <p, t>).
 */
function jetSoftmax(components: Components): EncodedFunction {
  const f = named('jetSoftmax', components);
  const { z, rows, length } = f.pointers('z', 'rows', 'length');
  const rowBytes = f.integer(i32.shiftLeft(length, 2));
  const [value, first, second, left] = Array.from({ length: 4 }, () => f.local('i32'));
  const restart = () => {
    f.set(value, z);
    f.set(first, i32.add(z, rowBytes));
    f.set(second, i32.add(first, rowBytes));
  };
  f.repeat(rows, () => {
    restart();
    const most = largestOfRow(f, length, value);
    restart();
    const [total, along] = alongRow(f, 2, length, [value, first], (lanes, offset, add) => {
      const exponent = lanes.mul(lanes.sub(lanes.load(value, offset), lanes.splat(most)), lanes.constant(Math.LOG2E));
      const power = f.local(lanes.type, powerOfTwo(f, lanes, lanes.atLeast(exponent, lanes.constant(-126))));
      f.store(value, power, offset);
      add(0, power);
      add(1, lanes.mul(power, lanes.load(first, offset)));
    });
    const share = f.local('f32', f32.div(oneLane.constant(1), total));
    const mean = f.local('f32', f32.mul(along, share));
    const centred = (lanes: Lanes, offset: number) => f.local(lanes.type, lanes.sub(lanes.load(first, offset), lanes.splat(mean)));
    let bendMean: Local<'f32'> | undefined;
    if (components === 3) {
      restart();
      const [bends] = alongRow(f, 1, length, [value, first, second], (lanes, offset, add) => {
        const y = centred(lanes, offset);
        const t = f.local(lanes.type, lanes.add(lanes.load(second, offset), lanes.mul(y, y)));
        f.store(second, t, offset);
        add(0, lanes.mul(t, lanes.load(value, offset)));
      });
      bendMean = f.local('f32', f32.mul(bends, share));
    }
    restart();
    f.set(left, length);
    f.sweep(left, components === 3 ? [value, first, second] : [value, first], (lanes, offset) => {
      const p = f.local(lanes.type, lanes.mul(lanes.load(value, offset), lanes.splat(share)));
      const y = centred(lanes, offset);
      f.store(value, p, offset);
      f.store(first, lanes.mul(p, y), offset);
      if (bendMean) f.store(second, lanes.mul(p, lanes.sub(lanes.load(second, offset), lanes.splat(bendMean))), offset);
    });
    f.advance(z, i32.mul(rowBytes, components));
  });
  return f.finish();
}

/** Beyond, the normal density is no number of float32 that matters. */
const flat = 12;

/**
 * jetGelu(x, bias, y, images, rows, length): x and y [images, components, rows, length]; the bias [length] is added to the
 * values. With u the sum, Phi the cumulative normal distribution and phi its density: g = u Phi, g' = s u' for the slope
 * s = Phi + u phi, g'' = s u'' + (2 - u^2) phi u'^2.
 */
function jetGelu(components: Components): EncodedFunction {
  const f = named('jetGelu', components);
  const { x, bias, y, images, rows, length } = f.pointers('x', 'bias', 'y', 'images', 'rows', 'length');
  const componentBytes = f.integer(i32.shiftLeft(i32.mul(rows, length), 2));
  const [biasAt, left] = [f.local('i32'), f.local('i32')];
  const [from, to] = [x, y].map((start) => [start, ...Array.from({ length: components - 1 }, () => f.local('i32'))]);
  f.repeat(images, () => {
    for (const pointers of [from, to]) {
      for (let i = 1; i < components; i++) f.set(pointers[i], i32.add(pointers[i - 1], componentBytes));
    }
    f.repeat(rows, () => {
      f.set(biasAt, bias);
      f.set(left, length);
      f.sweep(left, [...from, ...to, biasAt], (lanes, offset) => {
        const u = f.local(lanes.type, lanes.add(lanes.load(from[0], offset), lanes.load(biasAt, offset)));
        const slope = f.local(lanes.type, slopeOf(f, lanes, u));
        const first = f.local(lanes.type, lanes.load(from[1], offset));
        f.store(to[0], geluOf(f, lanes, u), offset);
        f.store(to[1], lanes.mul(slope, first), offset);
        if (components === 3) {
          const bounded = f.local(lanes.type, lanes.atMost(lanes.atLeast(u, lanes.constant(-flat)), lanes.constant(flat)));
          const square = f.local(lanes.type, lanes.mul(bounded, bounded));
          const density = lanes.mul(powerOfTwo(f, lanes, lanes.mul(square, lanes.constant(-Math.LOG2E / 2))), lanes.constant(1 / Math.sqrt(2 * Math.PI)));
          const bend = lanes.mul(lanes.sub(lanes.constant(2), square), density);
          f.store(to[2], lanes.add(lanes.mul(slope, lanes.load(from[2], offset)), lanes.mul(bend, lanes.mul(first, first))), offset);
        }
      }, 1);
    });
    for (const start of [x, y]) f.advance(start, i32.mul(componentBytes, components - 1));
  });
  return f.finish();
}

export const jetKernels: readonly EncodedFunction[] = [
  ...([1, 2, 3] as const).flatMap((components) => [jetFactor(components), jetProduct(components)]),
  ...([2, 3] as const).flatMap((components) => [jetSoftmax(components), jetGelu(components)]),
];
