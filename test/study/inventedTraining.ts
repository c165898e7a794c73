import type { Random } from '../../core/base/random.ts';
import type { NewEvent } from '../../core/study/eventTypes.ts';

const buckets = 8;
/** Levels from 6 to 40 MMACs, evenly on a log scale, with windows of 1.2 M. */
const levels = Array.from({ length: buckets }, (_, i) => Math.round(6e6 * (40 / 6) ** (i / (buckets - 1))));
const windowMacs = 1.2e6;
const capacities = levels.map((level) => (level >= 0.4 * levels[buckets - 1] ? 50 : 150));
const conflictEverySteps = 100;
const sizes = [4e6, 6.5e6, 1.05e7, 1.4e7, 2.1e7, 2.7e7, 3.8e7];

/** Training steps as a supernet's history tells them, with invented numbers that behave like real ones. */
export class InventedTraining {
  readonly #random: Random;
  readonly #steps: number;
  readonly #members = new Array<number>(buckets).fill(0);
  #bucket = 0;

  constructor(random: Random, steps: number) {
    this.#random = random;
    this.#steps = steps;
  }

  /** @param step from 1 */
  events(step: number): NewEvent[] {
    const random = this.#random;
    const progress = step / this.#steps;
    const loss = 2.3 * Math.exp(-1.6 * progress) + 0.05 * random.normal();
    const metrics = this.#sampling(progress);
    const events: NewEvent[] = [{
      kind: 'step', step, loss, learningRate: 1e-3 * (1 - progress), imagesPerSecond: 900 + 20 * random.normal(),
      metrics: { smallestLoss: 1.1 * loss, ...metrics, bankBestScore: -0.85 * loss, teacherAnswersAsked: 64 * step, teacherAnswersCached: 128 * step },
    }];
    if (step === 1 || step === this.#steps || step % conflictEverySteps === 0) events.push(this.#conflict(step, progress));
    return events;
  }

  #sampling(progress: number): Record<string, number> {
    const random = this.#random;
    this.#bucket = Math.min(buckets - 1, Math.max(0, this.#bucket + Math.floor(3 * random.uniform()) - 1));
    const [bucket, capacity] = [this.#bucket, capacities[this.#bucket]];
    const isHalfFull = this.#members[bucket] > capacity / 2;
    const exploitProbability = isHalfFull ? 0.2 + 0.15 * Math.floor(5 * Math.min(progress, 0.99)) : 0;
    const remembered = [0, 1, 2].filter(() => random.uniform() < exploitProbability).length;
    this.#members[bucket] = Math.min(capacity, this.#members[bucket] + 3 - remembered);
    return {
      bucket, buckets, bucketFromMacs: levels[bucket], bucketToMacs: levels[bucket] + windowMacs, smallestSubnet: Math.floor(3 * bucket / buckets),
      bankMembers: this.#members[bucket], bankCapacity: capacity, exploitProbability, remembered,
    };
  }

  #conflict(step: number, progress: number): NewEvent {
    const noise = () => 0.03 * this.#random.normal();
    const agreement = (a: number, b: number) => 0.55 - 0.25 * progress - 0.09 * Math.abs(a - b) + noise();
    const cosine = sizes.map(() => new Array<number>(sizes.length).fill(0));
    for (const a of sizes.keys()) for (let b = a; b < sizes.length; b++) cosine[a][b] = cosine[b][a] = agreement(a, b);
    return {
      kind: 'conflict', step, macs: sizes, cosine,
      pairs: [0, buckets / 2, buckets - 1].map((bucket, i) => ({
        macs: levels[bucket], random: agreement(0, i), good: progress < 0.1 ? null : agreement(0, i) + 0.12,
      })),
    };
  }
}
