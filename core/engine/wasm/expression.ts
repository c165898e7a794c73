import { float32Bytes, float64Bytes, signedLeb, unsignedLeb, type ValueType } from './encoding.ts';

/** Instructions that leave one value of a type on the stack. Using an expression twice computes it twice. */
export class Expression<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: readonly number[];

  constructor(type: T, code: readonly number[]) {
    this.type = type;
    this.code = code;
  }
}

/** A variable of a function; as an expression, its value. */
export class Local<T extends ValueType = ValueType> extends Expression<T> {
  readonly index: number;

  constructor(type: T, index: number) {
    super(type, [0x20, ...unsignedLeb(index)]);
    this.index = index;
  }
}

export type I32 = Expression<'i32'>;
export type F32 = Expression<'f32'>;
export type F64 = Expression<'f64'>;
export type V128 = Expression<'v128'>;
/** One float32 or four. */
export type Floats = Expression<'f32' | 'v128'>;

/** Numbers stand for constants where an integer is expected. */
export type Integer = I32 | number;

export function integer(value: Integer): I32 {
  return typeof value === 'number' ? new Expression('i32', [0x41, ...signedLeb(value)]) : value;
}

export function float(value: number): F32 {
  return new Expression('f32', [0x43, ...float32Bytes(value)]);
}

export function double(value: number): F64 {
  return new Expression('f64', [0x44, ...float64Bytes(value)]);
}

function join<T extends ValueType>(type: T, operands: readonly Expression[], ...code: readonly number[]): Expression<T> {
  return new Expression(type, [...operands.flatMap((operand) => operand.code), ...code]);
}

const integerOperation = (opcode: number) => (a: Integer, b: Integer) => join('i32', [integer(a), integer(b)], opcode);
const floatOperation = (opcode: number) => (a: F32, b: F32) => join('f32', [a, b], opcode);
const doubleOperation = (opcode: number) => (a: F64, b: F64) => join('f64', [a, b], opcode);

/** Arithmetic and comparison of addresses and counts. Addresses pass 2^31, so they are compared as unsigned. */
export const i32 = {
  add: integerOperation(0x6a), sub: integerOperation(0x6b), mul: integerOperation(0x6c), div: integerOperation(0x6d),
  shiftRight: integerOperation(0x75), shiftLeft: integerOperation(0x74), and: integerOperation(0x71),
  less: integerOperation(0x48), greaterOrEqual: integerOperation(0x4e), equal: integerOperation(0x46),
} as const;

export const f32 = {
  add: floatOperation(0x92), sub: floatOperation(0x93), mul: floatOperation(0x94), div: floatOperation(0x95),
  load: (address: I32, offset = 0): F32 => join('f32', [address], 0x2a, 2, ...unsignedLeb(offset)),
  fromInteger: (value: Integer): F32 => join('f32', [integer(value)], 0xb2),
  fromDouble: (value: F64): F32 => join('f32', [value], 0xb6),
} as const;

export const f64 = {
  add: doubleOperation(0xa0), sub: doubleOperation(0xa1), mul: doubleOperation(0xa2), div: doubleOperation(0xa3),
  sqrt: (a: F64): F64 => join('f64', [a], 0x9f),
  fromInteger: (value: Integer): F64 => join('f64', [integer(value)], 0xb7),
  fromFloat: (value: F32): F64 => join('f64', [value], 0xbb),
} as const;

/** Lane arithmetic of four float32. */
export const f32x4 = {
  load: (address: I32, offset = 0): V128 => join('v128', [address], 0xfd, 0, 0, ...unsignedLeb(offset)),
  /** One float32 of memory in all lanes. */
  loadSplat: (address: I32, offset = 0): V128 => join('v128', [address], 0xfd, 9, 2, ...unsignedLeb(offset)),
  lane: (a: V128, lane: number): F32 => join('f32', [a], 0xfd, 0x1f, lane),
  shuffle: (a: V128, b: V128, lanes: readonly number[]): V128 =>
    join('v128', [a, b], 0xfd, 0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte))),
} as const;

/**
 * The same arithmetic for one float32 (`width` 1) and for four (`width` 4), so that a kernel's formula is written once
 * and serves both the bulk of an array and its last few elements.
 */
export interface Lanes<T extends 'f32' | 'v128' = 'f32' | 'v128'> {
  readonly width: 1 | 4;
  readonly type: T;
  load(address: I32, offset?: number): Expression<T>;
  /** The same float32 of memory in every lane. */
  loadSplat(address: I32, offset?: number): Expression<T>;
  splat(value: F32): Expression<T>;
  constant(value: number): Expression<T>;
  add(a: Expression<T>, b: Expression<T>): Expression<T>;
  sub(a: Expression<T>, b: Expression<T>): Expression<T>;
  mul(a: Expression<T>, b: Expression<T>): Expression<T>;
  div(a: Expression<T>, b: Expression<T>): Expression<T>;
  neg(a: Expression<T>): Expression<T>;
  abs(a: Expression<T>): Expression<T>;
  sqrt(a: Expression<T>): Expression<T>;
  /** `a` limited from below (above) by `bound`; not a number stays so. */
  atLeast(a: Expression<T>, bound: Expression<T>): Expression<T>;
  atMost(a: Expression<T>, bound: Expression<T>): Expression<T>;
  /** The larger of both. */
  max(a: Expression<T>, b: Expression<T>): Expression<T>;
  /** To the nearest whole number. */
  round(a: Expression<T>): Expression<T>;
  /** 2 to the power of a whole number between -126 and 127. */
  powerOfTwo(a: Expression<T>): Expression<T>;
  /** 2 to the power of a whole number between -126 and 127, to which 1.5 x 2^23 was added: it then stands in the lowest bits. */
  powerOfLowBits(a: Expression<T>): Expression<T>;
  /** `yes` where a < b (a > b), otherwise `no`. */
  whereLess(a: Expression<T>, b: Expression<T>, yes: Expression<T>, no: Expression<T>): Expression<T>;
  whereGreater(a: Expression<T>, b: Expression<T>, yes: Expression<T>, no: Expression<T>): Expression<T>;
}

const scalarUnary = (opcode: number) => (a: F32) => join('f32', [a], opcode);
const scalarWhere = (opcode: number) => (a: F32, b: F32, yes: F32, no: F32) => join('f32', [yes, no, a, b], opcode, 0x1b);

export const oneLane: Lanes<'f32'> = {
  width: 1, type: 'f32',
  load: f32.load, loadSplat: f32.load, splat: (value) => value, constant: float,
  add: f32.add, sub: f32.sub, mul: f32.mul, div: f32.div,
  neg: scalarUnary(0x8c), abs: scalarUnary(0x8b), sqrt: scalarUnary(0x91),
  atLeast: floatOperation(0x97), atMost: floatOperation(0x96), max: floatOperation(0x97),
  round: scalarUnary(0x90),
  // The exponent's bits, in place.
  powerOfTwo: (a) => join('f32', [i32.shiftLeft(i32.add(join('i32', [a], 0xfc, 0x00), 127), 23)], 0xbe),
  powerOfLowBits: (a) => join('f32', [i32.add(i32.shiftLeft(join('i32', [a], 0xbc), 23), 127 << 23)], 0xbe),
  whereLess: scalarWhere(0x5d), whereGreater: scalarWhere(0x5e),
};

const vectorUnary = (opcode: number) => (a: V128) => join('v128', [a], 0xfd, ...unsignedLeb(opcode));
const vectorBinary = (opcode: number) => (a: V128, b: V128) => join('v128', [a, b], 0xfd, ...unsignedLeb(opcode));
const vectorWhere = (opcode: number) => (a: V128, b: V128, yes: V128, no: V128) =>
  join('v128', [yes, no, a, b], 0xfd, opcode, 0xfd, 0x52);

const splatInteger = (value: number) => join('v128', [integer(value)], 0xfd, 0x11);

export const fourLanes: Lanes<'v128'> = {
  width: 4, type: 'v128',
  load: f32x4.load, loadSplat: f32x4.loadSplat,
  splat: (value) => join('v128', [value], 0xfd, 0x13),
  constant: (value) => new Expression('v128', [0xfd, 0x0c, ...[0, 1, 2, 3].flatMap(() => float32Bytes(value))]),
  add: vectorBinary(0xe4), sub: vectorBinary(0xe5), mul: vectorBinary(0xe6), div: vectorBinary(0xe7),
  neg: vectorUnary(0xe1), abs: vectorUnary(0xe0), sqrt: vectorUnary(0xe3),
  // Pseudo-maximum and -minimum: single machine instructions, and a first operand that is not a number stays.
  atLeast: vectorBinary(0xeb), atMost: vectorBinary(0xea), max: vectorBinary(0xeb),
  round: vectorUnary(0x6a),
  powerOfTwo: (a) => {
    const biased = join('v128', [join('v128', [a], 0xfd, 0xf8, 0x01), splatInteger(127)], 0xfd, 0xae, 0x01);
    return join('v128', [biased, integer(23)], 0xfd, 0xab, 0x01);
  },
  powerOfLowBits: (a) => join('v128', [join('v128', [a, integer(23)], 0xfd, 0xab, 0x01), splatInteger(127 << 23)], 0xfd, 0xae, 0x01),
  whereLess: vectorWhere(0x43), whereGreater: vectorWhere(0x44),
};
