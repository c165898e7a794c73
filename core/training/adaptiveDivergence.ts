import type { LossResult } from './loss.ts';

export interface DivergenceSettings {
  /** The order whose divergence penalises a student that is sure where the teacher is not. */
  readonly alphaMin?: number;
  /** The order whose divergence penalises a student that misses what the teacher holds for likely. */
  readonly alphaMax?: number;
  /** Largest power of a class's ratio of probabilities: bounds the variance of the gradient. */
  readonly clip?: number;
}

/**
 * AlphaNet's adaptive alpha-divergence of a student from a teacher (Wang et al. 2021, section 4, with the values that
 * ElasticViT took): for each image the larger of the divergences of two orders counts.
 *
 * The loss is the mean of those divergences, in nats. The gradient is that of -sum w log q, where the weights w hold the
 * student's probabilities and their clipped ratios as constants; where nothing is clipped, it is the loss's own.
 *
 * @param logits the student's, [batch, classes]
 * @param teacherProbabilities [batch, classes], each row summing to 1
 */
export function adaptiveDivergence(
  logits: Float32Array, teacherProbabilities: Float32Array, classes: number, settings: DivergenceSettings = {},
): LossResult {
  const { alphaMin, alphaMax, clip } = { alphaMin: -1, alphaMax: 1, clip: 5, ...settings };
  const batch = logits.length / classes;
  const probabilities = new Float32Array(logits.length);
  const gradient = new Float32Array(logits.length);
  const image = new ImagePair(classes);
  const [low, high] = [new Float64Array(classes), new Float64Array(classes)];
  let loss = 0;
  for (let start = 0; start < logits.length; start += classes) {
    image.read(logits, teacherProbabilities, start);
    const lowDivergence = divergence(image, alphaMin, clip, low);
    const highDivergence = divergence(image, alphaMax, clip, high);
    const weights = lowDivergence > highDivergence ? low : high;
    loss += Math.max(lowDivergence, highDivergence) / batch;
    let total = 0;
    for (let i = 0; i < classes; i++) total += weights[i];
    for (let i = 0; i < classes; i++) {
      probabilities[start + i] = image.student[i];
      gradient[start + i] = (image.student[i] * total - weights[i]) / batch;
    }
  }
  return { loss, probabilities, gradient };
}

/** What student and teacher say about one image, in double precision. */
class ImagePair {
  readonly student: Float64Array;
  readonly teacher: Float64Array;
  /** Logarithms of the teacher's over the student's probability. */
  readonly logRatio: Float64Array;

  constructor(classes: number) {
    [this.student, this.teacher, this.logRatio] = Array.from({ length: 3 }, () => new Float64Array(classes));
  }

  read(logits: Float32Array, teacherProbabilities: Float32Array, start: number): void {
    const { student, teacher, logRatio } = this;
    let largest = -Infinity;
    for (let i = 0; i < student.length; i++) largest = Math.max(largest, logits[start + i]);
    let sum = 0;
    for (let i = 0; i < student.length; i++) sum += Math.exp(logits[start + i] - largest);
    const logSum = largest + Math.log(sum);
    for (let i = 0; i < student.length; i++) {
      const logStudent = logits[start + i] - logSum;
      student[i] = Math.exp(logStudent);
      teacher[i] = teacherProbabilities[start + i];
      logRatio[i] = Math.log(Math.max(teacher[i], smallestProbability)) - logStudent;
    }
  }
}

/** Of single precision: a teacher's lower ones read as zero, whose logarithm would be infinite. */
const smallestProbability = 2 ** -126;

/** Orders that are so near to 0 or 1 take the limit, as in the released code. */
const nearLimit = 1e-3;

/**
 * The divergence sum q f(r) of order alpha with r = p / q, for f(r) = (r^alpha - 1) / (alpha (alpha - 1)); its limits are
 * KL(q, p) at order 0 and KL(p, q) at order 1 (where the released code clips nothing).
 * @param weights set to w of the gradient, less a multiple of q, which leaves it as it is
 */
function divergence({ student, teacher, logRatio }: ImagePair, alpha: number, clip: number, weights: Float64Array): number {
  let value = 0;
  if (Math.abs(alpha) < nearLimit) {
    const largest = Math.log(clip);
    for (let i = 0; i < student.length; i++) {
      weights[i] = student[i] * Math.min(logRatio[i], largest);
      value -= weights[i];
    }
  } else if (Math.abs(alpha - 1) < nearLimit) {
    for (let i = 0; i < student.length; i++) {
      weights[i] = teacher[i];
      value += teacher[i] * logRatio[i];
    }
  } else {
    for (let i = 0; i < student.length; i++) {
      const power = Math.min(Math.exp(alpha * logRatio[i]), clip);
      weights[i] = student[i] * power / alpha;
      value += student[i] * (power - 1) / (alpha * (alpha - 1));
    }
  }
  return value;
}
