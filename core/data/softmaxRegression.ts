/** Rows of features with their classes. */
export interface LabelledRows {
  /** [count, features] */
  readonly values: Float32Array;
  /** [count] */
  readonly labels: Int32Array;
  readonly count: number;
  readonly features: number;
}

type Four<T> = readonly [T, T, T, T];

/**
 * Multinomial logistic regression: class scores are W x + b, trained on cross-entropy + l2 / 2 |W|^2. Rows are worked on
 * by fours, because fetching a weight costs as much as using it.
 */
export class SoftmaxRegression {
  readonly #features: number;
  readonly #classes: number;
  /** [classes, features] */
  readonly #weights: Float32Array;
  readonly #biases: Float64Array;

  constructor(features: number, classes: number) {
    this.#features = features;
    this.#classes = classes;
    this.#weights = new Float32Array(classes * features);
    this.#biases = new Float64Array(classes);
  }

  /** One step of gradient descent on the mean loss over `batch` (row numbers of `rows`). */
  descend(rows: LabelledRows, batch: readonly number[], learningRate: number, l2: number): void {
    const slopes = this.#scores(rows, batch).map((scores, i) => {
      const slope = softmax(scores);
      slope[rows.labels[batch[i]]] -= 1;
      return slope;
    });
    const rate = learningRate / batch.length;
    const keep = 1 - learningRate * l2;
    for (let c = 0; c < this.#classes; c++) {
      const steps = slopes.map((slope) => rate * slope[c]);
      this.#biases[c] -= steps.reduce((sum, step) => sum + step, 0);
      const weights = this.#weights.subarray(c * this.#features, (c + 1) * this.#features);
      for (let j = 0; j < weights.length; j++) weights[j] *= keep;
      for (let i = 0; i < batch.length; i += 4) {
        const scales = [steps[i], steps[i + 1] ?? 0, steps[i + 2] ?? 0, steps[i + 3] ?? 0] as const;
        subtractScaled(weights, this.#four(rows, batch, i), scales);
      }
    }
  }

  /** Fraction of the rows whose own class has the highest score. */
  accuracy(rows: LabelledRows): number {
    const scores = this.#scores(rows, Array.from({ length: rows.count }, (_, row) => row));
    const correct = scores.filter((row, i) => row.indexOf(Math.max(...row)) === rows.labels[i]);
    return correct.length / rows.count;
  }

  /** [batch.length][classes] */
  #scores(rows: LabelledRows, batch: readonly number[]): Float64Array[] {
    const scores = batch.map(() => this.#biases.slice());
    for (let i = 0; i < batch.length; i += 4) {
      const four = this.#four(rows, batch, i);
      for (let c = 0; c < this.#classes; c++) {
        const weights = this.#weights.subarray(c * this.#features, (c + 1) * this.#features);
        const products = dotProducts(weights, four);
        for (let k = 0; k < 4 && i + k < batch.length; k++) scores[i + k][c] += products[k];
      }
    }
    return scores;
  }

  /** Four rows of the batch, from its i-th on; beyond its end, any row. */
  #four(rows: LabelledRows, batch: readonly number[], i: number): Four<Float32Array> {
    const row = (k: number) => {
      const start = (batch[i + k] ?? 0) * this.#features;
      return rows.values.subarray(start, start + this.#features);
    };
    return [row(0), row(1), row(2), row(3)];
  }
}

function softmax(scores: Float64Array): Float64Array {
  const highest = Math.max(...scores);
  const shares = scores.map((score) => Math.exp(score - highest));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

function dotProducts(weights: Float32Array, [a, b, c, d]: Four<Float32Array>): Four<number> {
  let sumA = 0;
  let sumB = 0;
  let sumC = 0;
  let sumD = 0;
  for (let j = 0; j < weights.length; j++) {
    const weight = weights[j];
    sumA += weight * a[j];
    sumB += weight * b[j];
    sumC += weight * c[j];
    sumD += weight * d[j];
  }
  return [sumA, sumB, sumC, sumD];
}

function subtractScaled(weights: Float32Array, [a, b, c, d]: Four<Float32Array>, scales: Four<number>): void {
  const [scaleA, scaleB, scaleC, scaleD] = scales;
  for (let j = 0; j < weights.length; j++) {
    weights[j] -= (scaleA * a[j] + scaleB * b[j]) + (scaleC * c[j] + scaleD * d[j]);
  }
}
