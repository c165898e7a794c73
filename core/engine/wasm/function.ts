import { unsignedLeb, type EncodedFunction, type ValueType } from './encoding.ts';
import {
  Expression, f64, f32x4, fourLanes, i32, integer, Local, oneLane, double,
  type F64, type Floats, type I32, type Integer, type Lanes,
} from './expression.ts';

/** The formula of a kernel for one or four elements; `offset` is a constant number of bytes to add to addresses. */
export type LaneBody = (lanes: Lanes, offset: number) => void;

/** Writes the body of a WebAssembly function, statement by statement. */
export class FunctionBuilder {
  readonly name: string;
  readonly #parameters: ValueType[] = [];
  readonly #locals: ValueType[] = [];
  #body: number[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Declares the next parameter; all of them before the first local. */
  parameter<T extends ValueType>(type: T): Local<T> {
    if (this.#locals.length > 0) throw new RangeError(`Function "${this.name}": parameters come before locals.`);
    return new Local(type, this.#parameters.push(type) - 1);
  }

  pointers<N extends string>(...names: readonly N[]): Record<N, Local<'i32'>> {
    return Object.fromEntries(names.map((name) => [name, this.parameter('i32')])) as Record<N, Local<'i32'>>;
  }

  local<T extends ValueType>(type: T, value?: Expression<T>): Local<T> {
    const local = new Local(type, this.#parameters.length + this.#locals.push(type) - 1);
    if (value) this.set(local, value);
    return local;
  }

  integer(value: Integer): Local<'i32'> {
    return this.local('i32', integer(value));
  }

  set<T extends ValueType>(local: Local<T>, value: Expression<T>): void {
    this.#body.push(...value.code, 0x21, ...unsignedLeb(local.index));
  }

  /** local += amount */
  advance(local: Local<'i32'>, amount: Integer): void {
    this.set(local, i32.add(local, amount));
  }

  /** Writes one float32 or four to memory. */
  store(address: I32, value: Floats, offset = 0): void {
    const opcode = value.type === 'v128' ? [0xfd, 11, 0] : [0x38, 2];
    this.#body.push(...address.code, ...value.code, ...opcode, ...unsignedLeb(offset));
  }

  fillZeros(address: I32, bytes: I32): void {
    this.#body.push(...address.code, ...integer(0).code, ...bytes.code, 0xfc, 11, 0);
  }

  copy(to: I32, from: I32, bytes: I32): void {
    this.#body.push(...to.code, ...from.code, ...bytes.code, 0xfc, 10, 0, 0);
  }

  when(condition: I32, body: () => void): void {
    this.#body.push(...condition.code, 0x04, 0x40);
    body();
    this.#body.push(0x0b);
  }

  /** Tests before every turn. */
  while(condition: I32, body: () => void): void {
    this.when(condition, () => {
      this.#body.push(0x03, 0x40);
      body();
      this.#body.push(...condition.code, 0x0d, 0, 0x0b);
    });
  }

  /** Runs the body `count` times. */
  repeat(count: Integer, body: () => void): void {
    const left = this.integer(count);
    this.while(i32.less(0, left), () => {
      body();
      this.advance(left, -1);
    });
  }

  /** Runs the body for from, from + step, ... below `end`. */
  range(from: Integer, end: Integer, step: number, body: (index: Local<'i32'>) => void): void {
    const index = this.integer(from);
    this.while(i32.less(index, end), () => {
      body(index);
      this.advance(index, step);
    });
  }

  /**
   * Walks over `count` float32: sixteen at a time (by default), then four, then one. The pointers move along, and
   * `count` is used up.
   */
  sweep(count: Local<'i32'>, pointers: readonly Local<'i32'>[], body: LaneBody, vectors = 4): void {
    this.tiles(count, pointers, (lanes, offsets) => offsets.forEach((offset) => body(lanes, offset)), vectors);
  }

  /** As `sweep`, for bodies that treat the elements of a turn together: `offsets` are their distances in bytes. */
  tiles(
    count: Local<'i32'>, pointers: readonly Local<'i32'>[], body: (lanes: Lanes, offsets: readonly number[]) => void, vectors = 4,
  ): void {
    const turn = (lanes: Lanes, unroll: number) => {
      const floats = lanes.width * unroll;
      this.while(i32.greaterOrEqual(count, floats), () => {
        body(lanes, Array.from({ length: unroll }, (_, i) => 4 * lanes.width * i));
        for (const pointer of pointers) this.advance(pointer, 4 * floats);
        this.advance(count, -floats);
      });
    };
    if (vectors > 1) turn(fourLanes, vectors);
    turn(fourLanes, 1);
    turn(oneLane, 1);
  }

  /**
   * Sums of a walk over `count` float32, in double precision beyond stretches of 2048 values. The pointers move along.
   * @param body calls `add(which, value)` once for every sum
   */
  sums(
    howMany: number, count: I32, pointers: readonly Local<'i32'>[],
    body: (lanes: Lanes, offset: number, add: (which: number, value: Floats) => void) => void,
  ): Local<'f64'>[] {
    const vectors = 4;
    const totals = Array.from({ length: howMany }, () => this.local('f64', double(0)));
    const partial = totals.map(() => Array.from({ length: vectors }, () => this.local('v128')));
    const single = totals.map(() => this.local('f32'));
    const left = this.local('i32', count);
    const stretch = this.local('i32');
    this.while(i32.less(0, left), () => {
      this.set(stretch, select(i32.less(left, 2048), left, integer(2048)));
      this.set(left, i32.sub(left, stretch));
      for (const parts of partial) for (const part of parts) this.set(part, fourLanes.constant(0));
      for (const one of single) this.set(one, oneLane.constant(0));
      this.sweep(stretch, pointers, (lanes, offset) => body(lanes, offset, (which, value) => {
        if (lanes.width === 1) this.set(single[which], oneLane.add(single[which], value as Expression<'f32'>));
        else {
          const part = partial[which][offset / 16];
          this.set(part, fourLanes.add(part, value as Expression<'v128'>));
        }
      }), vectors);
      totals.forEach((total, which) => {
        const [a, b, c, d] = partial[which];
        this.set(a, fourLanes.add(fourLanes.add(a, b), fourLanes.add(c, d)));
        this.set(total, f64.add(total, f64.add(laneSum(a), f64.fromFloat(single[which]))));
      });
    });
    return totals;
  }

  finish(): EncodedFunction {
    return { name: this.name, parameters: this.#parameters, locals: this.#locals, body: this.#body };
  }
}

/** The sum of four lanes. */
export function laneSum(value: Local<'v128'>): F64 {
  const [a, b, c, d] = [0, 1, 2, 3].map((lane) => f64.fromFloat(f32x4.lane(value, lane)));
  return f64.add(f64.add(a, b), f64.add(c, d));
}

export function select<T extends ValueType>(condition: I32, yes: Expression<T>, no: Expression<T>): Expression<T> {
  return new Expression(yes.type, [...yes.code, ...no.code, ...condition.code, 0x1b]);
}
