import { scatterAdd, type Slice } from '../../../network/slicing.ts';
import type { ChainParameter } from '../../engine.ts';
import type { Kernel } from '../../wasm/library.ts';
import type { Collective } from './collective.ts';
import { evenStretches } from './shares.ts';

/** Runs from this length on are added faster by a kernel each than number by number. */
const longRun = 32;

/** Part of a parameter's gradient that waits to be summed. */
interface Piece extends Slice {
  /** Where it lies in the room. */
  readonly at: number;
  readonly length: number;
  /** Where the larger parameter starts in the flat gradient. */
  readonly offset: number;
}

/**
 * Adds the gradients of a team's members to the flat one. Each writes what it has to its room; whenever the rooms are
 * full, all meet, and each member sums a stretch of them. Rooms are small, so that they stay in the cache, and have two
 * halves: whoever writes to one again knows that all have summed it.
 */
export class GradientSum {
  readonly #rooms: readonly Float32Array[];
  readonly #gradient: Float32Array;
  readonly #collective: Collective;
  readonly #kernels: Readonly<Record<string, Kernel>>;
  #pieces: Piece[] = [];
  #filled = 0;
  #half = 0;

  /** @param rooms of the members that take part, by rank, all of one size */
  constructor(
    rooms: readonly Float32Array[], gradient: Float32Array, collective: Collective, kernels: Readonly<Record<string, Kernel>>,
  ) {
    this.#rooms = rooms;
    this.#gradient = gradient;
    this.#collective = collective;
    this.#kernels = kernels;
  }

  /** Takes this member's gradient of a parameter; all members must take the same parameters in the same order. */
  accept({ slice, offset }: ChainParameter, gradient: Float32Array): void {
    const capacity = this.#rooms[0].length / 2;
    let from = 0;
    for (const { starts, runLength } of cut(slice, capacity)) {
      const length = starts.length * runLength;
      if (this.#filled + length > capacity) this.flush();
      const at = this.#half * capacity + this.#filled;
      this.#rooms[this.#collective.rank].set(gradient.subarray(from, from + length), at);
      this.#pieces.push({ starts, runLength, at, length, offset });
      this.#filled += length;
      from += length;
    }
  }

  /** Sums what has been taken so far. To be called once more after the last parameter. */
  flush(): void {
    this.#collective.meet();
    const { from, to } = evenStretches(this.#pieces.map(({ length }) => length), this.#rooms.length)[this.#collective.rank];
    for (const piece of this.#pieces.slice(from, to)) this.#add(piece);
    this.#pieces = [];
    this.#filled = 0;
    this.#half = 1 - this.#half;
  }

  #add({ starts, runLength, at, length, offset }: Piece): void {
    const [sum, ...others] = this.#rooms.map((room) => room.subarray(at, at + length));
    for (const other of others) this.#kernels.add(sum.byteOffset, other.byteOffset, sum.byteOffset, length);
    if (runLength < longRun) {
      scatterAdd(sum, { starts, runLength }, this.#gradient.subarray(offset));
      return;
    }
    starts.forEach((start, run) => {
      const to = this.#gradient.byteOffset + 4 * (offset + start);
      this.#kernels.add(to, sum.byteOffset + 4 * run * runLength, to, runLength);
    });
  }
}

/** Cuts a slice into slices of at most `capacity` elements, and small enough to be shared out. */
export function cut({ starts, runLength }: Slice, capacity: number): Slice[] {
  const most = Math.ceil(capacity / 8);
  if (starts.length * runLength <= most) return [{ starts, runLength }];
  const pieces: Slice[] = [];
  if (runLength > most) {
    for (const start of starts) {
      for (let from = 0; from < runLength; from += most) {
        pieces.push({ starts: Int32Array.of(start + from), runLength: Math.min(most, runLength - from) });
      }
    }
    return pieces;
  }
  const runs = Math.floor(most / runLength);
  for (let run = 0; run < starts.length; run += runs) pieces.push({ starts: starts.subarray(run, run + runs), runLength });
  return pieces;
}
