import type { Random } from '../../../base/random.ts';

export interface Remembered<A> {
  readonly key: string;
  readonly arch: A;
  /** Negative cross-entropy on a batch of training images: higher is better. */
  readonly score: number;
}

/**
 * The subnets of one bucket that did best when they were trained (elasticvit.md section 5). While there is room every
 * subnet is taken in; afterwards one that is better takes the place of the worst.
 */
export class MemoryBank<A> {
  readonly capacity: number;
  #members: Remembered<A>[];

  constructor(capacity: number, members: readonly Remembered<A>[] = []) {
    this.capacity = capacity;
    this.#members = [...members];
  }

  get members(): readonly Remembered<A>[] {
    return this.#members;
  }

  /** From then on, remembered subnets may be trained again, and new ones are chosen among candidates. */
  get isHalfFull(): boolean {
    return this.#members.length > this.capacity / 2;
  }

  /** The member with the highest score, of equals the oldest; undefined in an empty bank. */
  get best(): Remembered<A> | undefined {
    return this.#members.reduce<Remembered<A> | undefined>((best, one) => best === undefined || one.score > best.score ? one : best, undefined);
  }

  /** A subnet that is already there takes its new score. @returns whether the subnet is in the bank now */
  insert(subnet: Remembered<A>): boolean {
    const known = this.#members.findIndex(({ key }) => key === subnet.key);
    if (known >= 0) this.#members[known] = subnet;
    else if (this.#members.length < this.capacity) this.#members.push(subnet);
    else {
      const worst = this.#members.reduce((lowest, { score }, i) => score < this.#members[lowest].score ? i : lowest, 0);
      if (subnet.score <= this.#members[worst].score) return false;
      this.#members[worst] = subnet;
    }
    return true;
  }

  /** A member, drawn with the softmax of the scores. @throws RangeError for an empty bank */
  draw(random: Random): Remembered<A> {
    const { best } = this;
    if (!best) throw new RangeError('An empty memory bank has nothing to draw.');
    return this.#members[random.weighted(this.#members.map(({ score }) => Math.exp(score - best.score)))];
  }

  /** Judges every member again. */
  rescore(scoreOf: (member: Remembered<A>) => number): void {
    this.#members = this.#members.map((member) => ({ ...member, score: scoreOf(member) }));
  }
}
