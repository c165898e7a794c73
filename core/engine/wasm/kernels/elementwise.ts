import type { EncodedFunction } from '../encoding.ts';
import { i32, type Floats, type Lanes } from '../expression.ts';
import { FunctionBuilder } from '../function.ts';

type Unary = (lanes: Lanes, x: Floats) => Floats;
type Binary = (lanes: Lanes, a: Floats, b: Floats) => Floats;

/** min(max(x / 6 + 1/2, 0), 1) */
export const hardSigmoid = (lanes: Lanes, x: Floats): Floats =>
  clamped(lanes, lanes.add(lanes.mul(x, lanes.constant(1 / 6)), lanes.constant(0.5)), 0, 1);

/** x HardSigmoid(x) */
export const hardSwish: Unary = (lanes, x) => lanes.mul(x, hardSigmoid(lanes, x));

/** Slope of x HardSigmoid(x): 0 up to -3, 1 from 3, x / 3 + 1/2 between. */
export function hardSwishSlope(lanes: Lanes, x: Floats): Floats {
  const between = lanes.add(lanes.mul(x, lanes.constant(1 / 3)), lanes.constant(0.5));
  const right = lanes.whereLess(x, lanes.constant(3), between, lanes.constant(1));
  return lanes.whereGreater(x, lanes.constant(-3), right, lanes.constant(0));
}

function clamped(lanes: Lanes, x: Floats, low: number, high: number): Floats {
  return lanes.atMost(lanes.atLeast(x, lanes.constant(low)), lanes.constant(high));
}

const unaries: Readonly<Record<string, Unary>> = {
  hardSwish,
  hardSigmoid,
  relu: (lanes, x) => lanes.atLeast(x, lanes.constant(0)),
  neg: (lanes, x) => lanes.neg(x),
  abs: (lanes, x) => lanes.abs(x),
  sqrt: (lanes, x) => lanes.sqrt(x),
};

const arithmetic: Readonly<Record<string, Binary>> = {
  add: (lanes, a, b) => lanes.add(a, b),
  sub: (lanes, a, b) => lanes.sub(a, b),
  mul: (lanes, a, b) => lanes.mul(a, b),
  div: (lanes, a, b) => lanes.div(a, b),
};

/** Of an arriving gradient and the input at which the slope is taken. */
const gradients: Readonly<Record<string, Binary>> = {
  hardSwishGradient: (lanes, gradient, x) => lanes.mul(gradient, hardSwishSlope(lanes, x)),
  hardSigmoidGradient: (lanes, gradient, x) => {
    const slope = lanes.whereLess(x, lanes.constant(3), lanes.constant(1 / 6), lanes.constant(0));
    return lanes.mul(gradient, lanes.whereGreater(x, lanes.constant(-3), slope, lanes.constant(0)));
  },
  reluGradient: (lanes, gradient, x) => lanes.whereGreater(x, lanes.constant(0), gradient, lanes.constant(0)),
};

/** name(x, y, count): y[i] = f(x[i]) */
function unary(name: string, formula: Unary): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { x, y } = f.pointers('x', 'y');
  const count = f.parameter('i32');
  f.sweep(count, [x, y], (lanes, offset) => f.store(y, formula(lanes, lanes.load(x, offset)), offset));
  return f.finish();
}

/** name(a, b, y, count): y[i] = f(a[i], b[i]) */
function binary(name: string, formula: Binary): EncodedFunction {
  const f = new FunctionBuilder(name);
  const { a, b, y } = f.pointers('a', 'b', 'y');
  const count = f.parameter('i32');
  f.sweep(count, [a, b, y], (lanes, offset) =>
    f.store(y, formula(lanes, lanes.load(a, offset), lanes.load(b, offset)), offset));
  return f.finish();
}

/** nameScalar(a, y, count, b): y[i] = f(a[i], b) */
function withScalar(name: string, formula: Binary): EncodedFunction {
  const f = new FunctionBuilder(`${name}Scalar`);
  const { a, y } = f.pointers('a', 'y');
  const count = f.parameter('i32');
  const b = f.parameter('f32');
  f.sweep(count, [a, y], (lanes, offset) => f.store(y, formula(lanes, lanes.load(a, offset), lanes.splat(b)), offset));
  return f.finish();
}

/** nameRows(a, b, y, rows, length): y[r, i] = f(a[r, i], b[r]) */
function withRows(name: string, formula: Binary): EncodedFunction {
  const f = new FunctionBuilder(`${name}Rows`);
  const { a, b, y } = f.pointers('a', 'b', 'y');
  const [rows, length] = [f.parameter('i32'), f.parameter('i32')];
  const left = f.local('i32');
  f.repeat(rows, () => {
    f.set(left, length);
    f.sweep(left, [a, y], (lanes, offset) => f.store(y, formula(lanes, lanes.load(a, offset), lanes.loadSplat(b)), offset));
    f.advance(b, 4);
  });
  return f.finish();
}

/** nameColumns(a, b, y, rows, length): y[r, i] = f(a[r, i], b[i]) */
function withColumns(name: string, formula: Binary): EncodedFunction {
  const f = new FunctionBuilder(`${name}Columns`);
  const { a, b, y } = f.pointers('a', 'b', 'y');
  const [rows, length] = [f.parameter('i32'), f.parameter('i32')];
  const [column, left] = [f.local('i32'), f.local('i32')];
  f.repeat(rows, () => {
    f.set(column, b);
    f.set(left, length);
    f.sweep(left, [a, column, y], (lanes, offset) =>
      f.store(y, formula(lanes, lanes.load(a, offset), lanes.load(column, offset)), offset));
  });
  return f.finish();
}

/** namePlanes(a, b, y, channels, positions, batch): y[c, p, i] = f(a[c, p, i], b[c, i]) */
function withPlanes(name: string, formula: Binary): EncodedFunction {
  const f = new FunctionBuilder(`${name}Planes`);
  const { a, b, y } = f.pointers('a', 'b', 'y');
  const [channels, positions, batch] = [f.parameter('i32'), f.parameter('i32'), f.parameter('i32')];
  const plane = f.local('i32');
  const left = f.local('i32');
  f.repeat(channels, () => {
    f.repeat(positions, () => {
      f.set(plane, b);
      f.set(left, batch);
      f.sweep(left, [a, plane, y], (lanes, offset) =>
        f.store(y, formula(lanes, lanes.load(a, offset), lanes.load(plane, offset)), offset));
    });
    f.advance(b, i32.shiftLeft(batch, 2));
  });
  return f.finish();
}

export const elementwiseKernels: readonly EncodedFunction[] = [
  ...Object.entries(unaries).map(([name, formula]) => unary(name, formula)),
  ...Object.entries(gradients).map(([name, formula]) => binary(name, formula)),
  ...Object.entries(arithmetic).flatMap(([name, formula]) =>
    [binary(name, formula), withScalar(name, formula), withRows(name, formula), withColumns(name, formula), withPlanes(name, formula)]),
];
