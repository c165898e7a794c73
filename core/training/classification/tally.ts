/** An image whose class was not recognised. */
export interface WrongImage {
  /** Its place in the split. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** Softmax of the predicted class, 0 to 1. */
  readonly confidence: number;
}

/** How a network does on labelled images. */
export interface ClassificationResult {
  readonly images: number;
  /** Share of the images whose largest logit is the label's; of several equal ones the first counts. */
  readonly accuracy: number;
  /** Share of the images whose label is among the five largest logits; where fewer classes are, of all of them. */
  readonly top5Accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Images by class and by what was predicted, [class][predicted]. */
  readonly confusion: readonly (readonly number[])[];
  /** Those that the network was surest of, the surest first. */
  readonly wrong: readonly WrongImage[];
}

/** Counts right and wrong answers batch by batch. */
export class ClassificationTally {
  readonly #classes: number;
  readonly #keep: number;
  readonly #confusion: number[][];
  #wrong: WrongImage[] = [];
  #images = 0;
  #inTop5 = 0;
  #loss = 0;

  /** @param options.wrongImages how many of them are kept; all are counted */
  constructor(classes: number, { wrongImages = 100 }: { readonly wrongImages?: number } = {}) {
    this.#classes = classes;
    this.#keep = wrongImages;
    this.#confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /**
   * @param logits [count, classes]
   * @param indices places of the images in their split, [count]
   */
  add(logits: Float32Array, labels: ArrayLike<number>, indices: ArrayLike<number>): void {
    for (let i = 0; i < labels.length; i++) {
      const row = logits.subarray(i * this.#classes, (i + 1) * this.#classes);
      const label = labels[i];
      const predicted = row.reduce((best, value, c) => (value > row[best] ? c : best), 0);
      const logSum = Math.log(row.reduce((sum, value) => sum + Math.exp(value - row[predicted]), 0));
      const larger = row.reduce((count, value, c) => count + Number(value > row[label] || (value === row[label] && c < label)), 0);
      this.#images++;
      this.#confusion[label][predicted]++;
      this.#loss += logSum + row[predicted] - row[label];
      if (larger < 5) this.#inTop5++;
      if (predicted !== label) this.#remember({ index: indices[i], label, predicted, confidence: Math.exp(-logSum) });
    }
  }

  result(): ClassificationResult {
    const right = this.#confusion.reduce((sum, row, label) => sum + row[label], 0);
    return {
      images: this.#images, accuracy: right / this.#images, top5Accuracy: this.#inTop5 / this.#images, loss: this.#loss / this.#images,
      confusion: this.#confusion.map((row) => [...row]), wrong: [...this.#wrong],
    };
  }

  #remember(image: WrongImage): void {
    const least = this.#wrong.at(-1);
    if (this.#wrong.length === this.#keep && (least === undefined || !comesBefore(image, least))) return;
    const place = this.#wrong.findIndex((other) => comesBefore(image, other));
    this.#wrong.splice(place === -1 ? this.#wrong.length : place, 0, image);
    this.#wrong = this.#wrong.slice(0, this.#keep);
  }
}

/** By confidence, and by place where that is equal, so that the order of the batches does not matter. */
const comesBefore = (a: WrongImage, b: WrongImage) => a.confidence > b.confidence || (a.confidence === b.confidence && a.index < b.index);
