import { sharedFloats } from '../../../base/sharedMemory.ts';
import type { Peers } from '../plan/peers.ts';

/** Float32 that a member passes on at a time. */
const pieceLength = 2 ** 15;
/** Looks at the others this often, for some 50 microseconds, before it sleeps: most waits are short, and waking takes as long. */
const spins = 25_000;
/**
 * How long other threads are waited for, far beyond any step between two meetings: so often, each time so long. A process that was stopped for hours (Ctrl-Z, a
 * computer that slept) finds one of these times over when it goes on, not all of them.
 */
const [looks, lookMs] = [60, 10_000];

const [arrived, generation, failed, parked, asleep] = [0, 1, 2, 3, 4];

/** What the members of a team share, for exchanging small things. */
export interface CollectiveMemory {
  readonly control: Int32Array;
  /** [2, members, pieceLength] */
  readonly pieces: Float32Array;
}

export function collectiveMemory(members: number): CollectiveMemory {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * 5)),
    pieces: sharedFloats(2 * members * pieceLength),
  };
}

/** Thrown in members that wait for one that has failed. */
export class PeerFailure extends Error {
  constructor() {
    super('Another member of the team has failed.');
  }
}

/**
 * One member's view of a team that works in step. All members must call the same methods in the same order; sums are
 * taken in the order of their ranks, so that all get the same result every time.
 */
export class Collective implements Peers {
  readonly rank: number;
  readonly #memory: CollectiveMemory;
  /** Images of each member that takes part. */
  #shares: readonly number[] = [];
  /** Which half of the memory the next exchange uses: whoever writes to it again knows that all have read it. */
  #half = 0;

  constructor(memory: CollectiveMemory, rank: number) {
    this.#memory = memory;
    this.rank = rank;
  }

  /** Starts to work on a batch. */
  begin(shares: readonly number[]): void {
    this.#shares = shares;
    this.#half = 0;
  }

  get batchFactor(): number {
    return this.#shares.reduce((sum, images) => sum + images, 0) / this.#shares[this.rank];
  }

  /** Returns once all members have called it. @throws PeerFailure when one has failed */
  meet(): void {
    const { control } = this.#memory;
    const before = Atomics.load(control, generation);
    this.#check();
    if (Atomics.add(control, arrived, 1) + 1 === this.#shares.length) {
      Atomics.store(control, arrived, 0);
      this.#release();
    } else {
      for (let i = 0; i < spins && Atomics.load(control, generation) === before; i++);
      while (Atomics.load(control, generation) === before) waitFor(control, generation, before);
    }
    this.#check();
  }

  /** Makes all others fail too. */
  fail(): void {
    Atomics.store(this.#memory.control, failed, 1);
    this.#release();
  }

  /** Says that this member has ended its part, well or not. */
  park(): void {
    Atomics.add(this.#memory.control, parked, 1);
    wake(this.#memory.control, parked);
  }

  /** Waits until all other members have parked, and makes ready for the next batch. */
  close(): void {
    const { control } = this.#memory;
    for (let count = 0; (count = Atomics.load(control, parked)) < this.#shares.length - 1;) waitFor(control, parked, count);
    for (const word of [parked, arrived, failed]) Atomics.store(control, word, 0);
  }

  /** Chan et al. 1979: means and squared deviations of parts give those of the whole. */
  combineStatistics(mean: Float32Array, variance: Float32Array): void {
    const total = this.#shares.reduce((sum, images) => sum + images, 0);
    const all = this.#exchange(joined([mean, variance]));
    for (let i = 0; i < mean.length; i++) {
      let average = 0;
      for (const [rank, part] of all.entries()) average += part[i] * this.#shares[rank] / total;
      let spread = 0;
      for (const [rank, part] of all.entries()) {
        spread += (part[mean.length + i] + (part[i] - average) ** 2) * this.#shares[rank] / total;
      }
      mean[i] = average;
      variance[i] = spread;
    }
  }

  sum(...arrays: readonly Float32Array[]): void {
    const all = this.#exchange(joined(arrays));
    let at = 0;
    for (const values of arrays) {
      for (let i = 0; i < values.length; i++, at++) {
        let sum = 0;
        for (const part of all) sum += part[at];
        values[i] = sum;
      }
    }
  }

  /** Shows the numbers of all members, each with a row for each image, one after the other. */
  gather(values: Float32Array): Float32Array {
    const rowLength = values.length / this.#shares[this.rank];
    const most = Math.max(...this.#shares) * rowLength;
    const padded = new Float32Array(most);
    padded.set(values);
    const all = this.#exchange(padded);
    const gathered = new Float32Array(this.#shares.reduce((sum, images) => sum + images, 0) * rowLength);
    let at = 0;
    for (const [rank, part] of all.entries()) {
      const length = this.#shares[rank] * rowLength;
      gathered.set(part.subarray(0, length), at);
      at += length;
    }
    return gathered;
  }

  /** The first member's numbers; the others give an array of the same length. */
  broadcast(values: Float32Array): Float32Array {
    return this.#exchange(values)[0];
  }

  /** @returns the numbers of every member, by rank; all give equally many */
  #exchange(values: Float32Array): Float32Array[] {
    const { pieces } = this.#memory;
    const members = this.#shares.length;
    const all = Array.from({ length: members }, () => new Float32Array(values.length));
    for (let from = 0; from < values.length; from += pieceLength) {
      const length = Math.min(pieceLength, values.length - from);
      const start = (rank: number) => (this.#half * members + rank) * pieceLength;
      pieces.set(values.subarray(from, from + length), start(this.rank));
      this.meet();
      for (let rank = 0; rank < members; rank++) all[rank].set(pieces.subarray(start(rank), start(rank) + length), from);
      this.#half = 1 - this.#half;
    }
    return all;
  }

  #release(): void {
    Atomics.add(this.#memory.control, generation, 1);
    wake(this.#memory.control, generation);
  }

  #check(): void {
    if (Atomics.load(this.#memory.control, failed) === 1) throw new PeerFailure();
  }
}

function waitFor(control: Int32Array, word: number, value: number): void {
  Atomics.add(control, asleep, 1);
  let outcome: ReturnType<typeof Atomics.wait> = 'timed-out';
  for (let look = 0; look < looks && outcome === 'timed-out'; look++) outcome = Atomics.wait(control, word, value, lookMs);
  Atomics.sub(control, asleep, 1);
  if (outcome === 'timed-out') throw new Error('A thread of the engine does not answer any more.');
}

/** Wakes those that sleep. Whoever is about to sees the changed word and does not. */
function wake(control: Int32Array, word: number): void {
  if (Atomics.load(control, asleep) > 0) Atomics.notify(control, word);
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const values of arrays) {
    all.set(values, at);
    at += values.length;
  }
  return all;
}
