/** Expectations over normally distributed inputs of the exact GELU, of correlated pairs by expansion in Hermite polynomials. */
export interface GaussianGelu {
  readonly mean: number;
  readonly meanMagnitude: number;
  /** E[gelu(x) gelu(y)] of inputs with this correlation; E[gelu(x)^2] at 1. */
  product(correlation: number): number;
  /** The same of GELU's slope. */
  slopeProduct(correlation: number): number;
}

const order = 12;
const [points, reach] = [400, 9];
const known = new Map<number, GaussianGelu>();

/** @param exactDeviation of the inputs, whose mean is zero; four digits of it count */
export function gaussianGelu(exactDeviation: number): GaussianGelu {
  const deviation = Number(exactDeviation.toPrecision(4));
  let gelu = known.get(deviation);
  if (!gelu) known.set(deviation, gelu = expectations(deviation));
  return gelu;
}

function expectations(deviation: number): GaussianGelu {
  const value = new Float64Array(order);
  const slope = new Float64Array(order);
  let [meanMagnitude, square, slopeSquare] = [0, 0, 0];
  for (let i = 0; i < points; i++) {
    const z = reach * (2 * (i + 0.5) / points - 1);
    const weight = density(z) * 2 * reach / points;
    const x = deviation * z;
    const [gelu, ofGelu] = [x * cumulative(x), cumulative(x) + x * density(x)];
    meanMagnitude += weight * Math.abs(gelu);
    square += weight * gelu ** 2;
    slopeSquare += weight * ofGelu ** 2;
    let [previous, polynomial] = [0, 1];
    for (let n = 0; n < order; n++) {
      value[n] += weight * gelu * polynomial;
      slope[n] += weight * ofGelu * polynomial;
      // Of norm one: sqrt(n + 1) h_(n+1) = z h_n - sqrt(n) h_(n-1).
      [previous, polynomial] = [polynomial, (z * polynomial - Math.sqrt(n) * previous) / Math.sqrt(n + 1)];
    }
  }
  // What higher orders hold goes to the last power, so that the square comes out whole.
  const series = (coefficients: Float64Array, whole: number) => {
    const squares = coefficients.map((a) => a * a);
    const rest = whole - squares.reduce((sum, a) => sum + a, 0);
    return (correlation: number) => squares.reduceRight((sum, a) => sum * correlation + a, rest);
  };
  return { mean: value[0], meanMagnitude, product: series(value, square), slopeProduct: series(slope, slopeSquare) };
}

const density = (z: number) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

/** The normal distribution function, by Marsaglia's series near zero (2004), where all of it is needed. */
function cumulative(x: number): number {
  if (Math.abs(x) > 7) return x > 0 ? 1 : 0;
  let [sum, term] = [x, x];
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) sum += term *= x * x / n;
  return 0.5 + sum * density(x);
}
