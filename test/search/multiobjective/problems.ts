import type { Candidate } from '../../../core/search/multiobjective/candidate.ts';

/** A test problem over reals whose Pareto front is known in closed form. */
export interface TestProblem {
  readonly name: string;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly evaluate: (x: readonly number[]) => Candidate;
  /** Points spread over the analytic front. */
  readonly front: readonly (readonly number[])[];
  readonly reference: readonly number[];
  /** Of the whole analytic front, by integration. */
  readonly hypervolume: number;
}

const feasible = (...objectives: number[]): Candidate => ({ objectives, violation: 0 });
const steps = (count: number, low: number, high: number) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/*
 * Zitzler, Deb, Thiele, 2000. Hypervolumes with reference (1.1, 1.1): the integral of 1.1 - f2 along the front, and
 * 0.1 x 1.1 for the strip to the right of it.
 */

const zdtReference = [1.1, 1.1];

function zdt(
  name: string,
  variables: number,
  f2: (f1: number, g: number) => number,
  rest: Pick<TestProblem, 'front' | 'hypervolume'> & {
    f1?: (x: number) => number; g?: (tail: readonly number[]) => number; bound?: readonly [number, number];
  },
): TestProblem {
  const { f1 = (x) => x, g = (tail) => 1 + (9 * sum(tail)) / tail.length, bound = [0, 1], front, hypervolume } = rest;
  return {
    name,
    lower: [0, ...Array<number>(variables - 1).fill(bound[0])],
    upper: [1, ...Array<number>(variables - 1).fill(bound[1])],
    evaluate: ([x, ...tail]) => feasible(f1(x), g(tail) * f2(f1(x), g(tail))),
    front,
    hypervolume,
    reference: zdtReference,
  };
}

const squareRoot = (f1: number, g: number) => 1 - Math.sqrt(f1 / g);
const square = (f1: number, g: number) => 1 - (f1 / g) ** 2;
const along = (f1s: readonly number[], f2: (f1: number, g: number) => number) => f1s.map((f1) => [f1, f2(f1, 1)]);

// 1.1 - (1 - sqrt x) integrates to 0.1 + 2/3.
const convex = { front: along(steps(500, 0, 1), squareRoot), hypervolume: 0.1 + 2 / 3 + 0.11 };

export const zdt1 = zdt('ZDT1', 30, squareRoot, convex);

export const zdt2 = zdt('ZDT2', 30, square, { front: along(steps(500, 0, 1), square), hypervolume: 0.1 + 1 / 3 + 0.11 });

const wave = (f1: number, g: number) => 1 - Math.sqrt(f1 / g) - (f1 / g) * Math.sin(10 * Math.PI * f1);

/** The five pieces of ZDT3's front, as given with the problem's definition. */
const zdt3Pieces = [
  [0, 0.0830015349], [0.1822287280, 0.2577623634], [0.4093136748, 0.4538821041], [0.6183967944, 0.6525117038],
  [0.8233317983, 0.8518328654],
] as const;

function zdt3Hypervolume(): number {
  const w = 10 * Math.PI;
  const integral = (x: number) => 0.1 * x + (2 / 3) * x ** 1.5 - (x * Math.cos(w * x)) / w + Math.sin(w * x) / w ** 2;
  return sum(zdt3Pieces.map(([low, high], i) => {
    const next = zdt3Pieces[i + 1]?.[0] ?? 1.1;
    return integral(high) - integral(low) + (next - high) * (1.1 - wave(high, 1));
  }));
}

export const zdt3 = zdt('ZDT3', 30, wave, {
  front: zdt3Pieces.flatMap(([low, high]) => along(steps(100, low, high), wave)),
  hypervolume: zdt3Hypervolume(),
});

export const zdt4 = zdt('ZDT4', 10, squareRoot, {
  ...convex,
  bound: [-5, 5],
  g: (tail) => 1 + 10 * tail.length + sum(tail.map((x) => x ** 2 - 10 * Math.cos(4 * Math.PI * x))),
});

const ZDT6_LEAST = 0.2807753191;

export const zdt6 = zdt('ZDT6', 10, square, {
  f1: (x) => 1 - Math.exp(-4 * x) * Math.sin(6 * Math.PI * x) ** 6,
  g: (tail) => 1 + 9 * (sum(tail) / tail.length) ** 0.25,
  front: along(steps(500, ZDT6_LEAST, 1), square),
  hypervolume: 0.1 * (1 - ZDT6_LEAST) + (1 - ZDT6_LEAST ** 3) / 3 + 0.11,
});

/*
 * Deb, Thiele, Laumanns, Zitzler, 2005. The front of DTLZ1 is the part of the plane sum(f) = 0.5 with positive
 * coordinates, a simplex of volume 0.5^m / m! under it; that of DTLZ2 the same part of the unit sphere.
 */

const unitBox = (variables: number) =>
  ({ lower: Array<number>(variables).fill(0), upper: Array<number>(variables).fill(1) });

const rastrigin = (tail: readonly number[]) =>
  100 * (tail.length + sum(tail.map((x) => (x - 0.5) ** 2 - Math.cos(20 * Math.PI * (x - 0.5)))));
const sphere = (tail: readonly number[]) => sum(tail.map((x) => (x - 0.5) ** 2));

/** Products x1 .. x(m-1), x1 .. (1 - x(m-1)), down to (1 - x1). */
function planeShape(x: readonly number[], m: number): number[] {
  return Array.from({ length: m }, (_, k) =>
    x.slice(0, m - 1 - k).reduce((a, b) => a * b, 1) * (k === 0 ? 1 : 1 - x[m - 1 - k]));
}

/** The same with cosines and sines of angles. */
function sphereShape(angles: readonly number[], m: number): number[] {
  return Array.from({ length: m }, (_, k) =>
    angles.slice(0, m - 1 - k).reduce((a, b) => a * Math.cos(b), 1) * (k === 0 ? 1 : Math.sin(angles[m - 1 - k])));
}

/** All vectors of m multiples of 1 / parts that sum to 1 (Das and Dennis, 1998). */
export function simplexLattice(m: number, parts: number): number[][] {
  const compose = (left: number, places: number): number[][] => (places === 1 ? [[left]]
    : Array.from({ length: left + 1 }, (_, first) => compose(left - first, places - 1).map((rest) => [first, ...rest]))
      .flat());
  return compose(parts, m).map((whole) => whole.map((value) => value / parts));
}

const onSphere = (points: readonly number[][]) => points.map((point) => {
  const length = Math.sqrt(sum(point.map((value) => value ** 2)));
  return point.map((value) => value / length);
});

const latticeParts = new Map([[3, 30], [5, 9]]);

export function dtlz1(m: number): TestProblem {
  const factorial = Array.from({ length: m }, (_, i) => i + 1).reduce((a, b) => a * b, 1);
  return {
    name: `DTLZ1 (${m})`,
    ...unitBox(m + 4),
    evaluate: (x) => feasible(...planeShape(x, m).map((value) => 0.5 * value * (1 + rastrigin(x.slice(m - 1))))),
    front: simplexLattice(m, latticeParts.get(m)!).map((point) => point.map((value) => value / 2)),
    reference: Array<number>(m).fill(0.55),
    hypervolume: 0.55 ** m - 0.5 ** m / factorial,
  };
}

/** Volume of the m-dimensional unit ball. */
const ballVolume = new Map([[3, (4 / 3) * Math.PI], [5, (8 / 15) * Math.PI ** 2]]);

export function dtlz2(m: number): TestProblem {
  return {
    name: `DTLZ2 (${m})`,
    ...unitBox(m + 9),
    evaluate: (x) => feasible(...sphereShape(x.map((value) => (value * Math.PI) / 2), m)
      .map((value) => value * (1 + sphere(x.slice(m - 1))))),
    front: onSphere(simplexLattice(m, latticeParts.get(m)!)),
    reference: Array<number>(m).fill(1.1),
    hypervolume: 1.1 ** m - ballVolume.get(m)! / 2 ** m,
  };
}

/**
 * Its front is a curve: f1 = f2 = cos(t) / sqrt(2), f3 = sin(t). At height f3 = c the points dominate a square of side
 * 1.1 - sqrt((1 - c^2) / 2), or 1.1 above c = 1, with integral of sqrt(1 - c^2) pi/4 and of 1 - c^2 two thirds.
 */
export const dtlz5: TestProblem = {
  name: 'DTLZ5 (3)',
  ...unitBox(12),
  evaluate([first, second, ...tail]) {
    const g = sphere(tail);
    const angles = [(first * Math.PI) / 2, (Math.PI * (1 + 2 * g * second)) / (4 * (1 + g))];
    return feasible(...sphereShape(angles, 3).map((value) => value * (1 + g)));
  },
  front: steps(500, 0, Math.PI / 2).map((t) => [Math.cos(t) / Math.SQRT2, Math.cos(t) / Math.SQRT2, Math.sin(t)]),
  reference: [1.1, 1.1, 1.1],
  hypervolume: 1.21 - (2.2 / Math.SQRT2) * (Math.PI / 4) + 1 / 3 + 0.121,
};

/** Binh and Korn, 1997. The front: x1 = x2 = t from 0 to 3, then x1 = t from 3 to 5 with x2 = 3. */
export const bnh: TestProblem = {
  name: 'BNH',
  lower: [0, 0],
  upper: [5, 3],
  evaluate: ([x, y]) => ({
    objectives: [4 * x ** 2 + 4 * y ** 2, (x - 5) ** 2 + (y - 5) ** 2],
    violation: Math.max(0, (x - 5) ** 2 + y ** 2 - 25) + Math.max(0, 7.7 - (x - 8) ** 2 - (y + 3) ** 2),
  }),
  front: [
    ...steps(300, 0, 3).map((t) => [8 * t ** 2, 2 * (t - 5) ** 2]),
    ...steps(200, 3, 5).slice(1).map((t) => [4 * t ** 2 + 36, (t - 5) ** 2 + 4]),
  ],
  reference: [150, 55],
  // Integrals of (55 - f2) df1 over the two pieces, 2592 and 8 (208 + 980/3 - 136), and (150 - 136) (55 - 4).
  hypervolume: 2592 + 8 * (72 + 980 / 3) + 714,
};

/**
 * C2-DTLZ2 (Jain and Deb, 2014) with two objectives and radius 0.2: of the quarter circle only what lies in a disc
 * around either end or the middle is feasible, three arcs with gaps between them.
 */
export function c2dtlz2(): TestProblem {
  const radius = 0.2;
  const reach = 2 * Math.asin(radius / 2);
  const arcs = [[0, reach], [Math.PI / 4 - reach, Math.PI / 4 + reach], [Math.PI / 2 - reach, Math.PI / 2]];
  const centres = [[1, 0], [Math.SQRT1_2, Math.SQRT1_2], [0, 1]];
  const pieces = arcs.map(([low, high]) => [Math.cos(high), Math.cos(low)]).reverse();
  const integral = (x: number) => 1.1 * x - (x * Math.sqrt(Math.max(0, 1 - x * x)) + Math.asin(Math.min(1, x))) / 2;
  return {
    name: 'C2-DTLZ2 (2)',
    ...unitBox(11),
    evaluate([first, ...tail]) {
      const objectives = sphereShape([(first * Math.PI) / 2], 2).map((value) => value * (1 + sphere(tail)));
      const outside = centres.map(([x, y]) => (objectives[0] - x) ** 2 + (objectives[1] - y) ** 2 - radius ** 2);
      return { objectives, violation: Math.max(0, Math.min(...outside)) };
    },
    front: arcs.flatMap(([low, high]) => steps(150, low, high).map((t) => [Math.cos(t), Math.sin(t)])),
    reference: [1.1, 1.1],
    hypervolume: sum(pieces.map(([low, high], i) => {
      const next = pieces[i + 1]?.[0] ?? 1.1;
      return integral(high) - integral(low) + (next - high) * (1.1 - Math.sqrt(Math.max(0, 1 - high * high)));
    })),
  };
}

/** C1-DTLZ1 (Jain and Deb, 2014): the front of DTLZ1, behind a broad infeasible region. */
export function c1dtlz1(): TestProblem {
  const plain = dtlz1(3);
  return {
    ...plain,
    name: 'C1-DTLZ1 (3)',
    evaluate(x) {
      const { objectives } = plain.evaluate(x);
      const slack = 1 - objectives[2] / 0.6 - (objectives[0] + objectives[1]) / 0.5;
      return { objectives, violation: Math.max(0, -slack) };
    },
  };
}
