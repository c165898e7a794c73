/** Points of the midpoint rule; the integrands are smooth and periodic in the angle, so that few would do. */
const points = 512;

/**
 * The nuclear norm that a large matrix of independent numbers has: n s sqrt(m) c(n / m) from Marchenko and Pastur's law
 * (tftas.md 9.5), with the next order in 1 / n for real numbers (Bai and Silverstein 2004), which matters for nearly
 * square matrices. A mean that is not zero, such as that of absolute weights, adds one singular value that stands apart
 * from the others (Benaych-Georges and Nadakuditi 2012). Matrices of a few hundred rows and columns are within .2 %.
 *
 * @param mean of the numbers
 * @param deviation of the numbers
 */
export function randomNuclearNorm(rows: number, columns: number, mean: number, deviation: number): number {
  const [m, n] = rows >= columns ? [rows, columns] : [columns, rows];
  const apart = mean ** 2 * m * n;
  const noise = deviation ** 2;
  // A mean too small to stand apart is part of the noise.
  if (apart <= noise * Math.sqrt(m * n)) return Math.sqrt(noise + mean ** 2) * centredNorm(m, n);
  return Math.sqrt((apart + noise * m) * (apart + noise * n) / apart) + deviation * centredNorm(m - 1, n - 1);
}

/** For numbers of mean zero and variance one. */
function centredNorm(m: number, n: number): number {
  if (n < 1) return 0;
  const edges = Math.sqrt(m); // of (sqrt(m) + sqrt(n)) and (sqrt(m) - sqrt(n)), the mean
  return n * Math.sqrt(m) * marchenkoPasturRoot(n / m) + edges / 2 - meanOnCircle((cosine) => Math.sqrt(m + n + 2 * Math.sqrt(m * n) * cosine)) / 2;
}

const known = new Map<number, number>();

/**
 * The mean of sqrt(x) under Marchenko and Pastur's law of ratio beta, c(beta): 8 / (3 pi) at 1, rising to 1 towards 0.
 * @param beta columns divided by rows, above 0 and at most 1
 */
export function marchenkoPasturRoot(beta: number): number {
  let value = known.get(beta);
  if (value === undefined) {
    const root = Math.sqrt(beta);
    // x = 1 + beta + 2 root cos(angle); the density's square root is 2 root sin(angle).
    value = meanOnCircle((cosine) => 2 * (1 - cosine ** 2) / Math.sqrt(1 + beta + 2 * root * cosine));
    known.set(beta, value);
  }
  return value;
}

/** The mean of a function of the cosine over all angles. */
function meanOnCircle(of: (cosine: number) => number): number {
  let sum = 0;
  for (let i = 0; i < points; i++) sum += of(Math.cos(Math.PI * (i + 0.5) / points));
  return sum / points;
}
