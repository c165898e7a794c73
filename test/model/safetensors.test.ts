import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { decodeSafetensors, encodeSafetensors } from '../../core/model/safetensors.ts';
import type { WeightTensor } from '../../core/model/safetensors.ts';

const tensors: Record<string, WeightTensor> = {
  'b.weight': { shape: [1, 3], data: Float32Array.of(1.5, -2, 0.25) },
  'a.flags': { shape: [3], data: Uint8Array.of(7, 8, 9) },
  steps: { shape: [], data: BigInt64Array.of(3n) },
  ids: { shape: [2], data: Int32Array.of(-1, 2) },
  empty: { shape: [0, 4], data: new Float32Array(0) },
};

/** Header as `safetensors.numpy.save` of the Python package (0.8.0) writes it for these tensors; values by hand. */
const referenceHeader = '{"__metadata__":{"format":"pt"},"steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]},'
  + '"b.weight":{"dtype":"F32","shape":[1,3],"data_offsets":[8,20]},'
  + '"empty":{"dtype":"F32","shape":[0,4],"data_offsets":[20,20]},'
  + '"ids":{"dtype":"I32","shape":[2],"data_offsets":[20,28]},'
  + '"a.flags":{"dtype":"U8","shape":[3],"data_offsets":[28,31]}}       ';
const referenceValues = '0300000000000000' + '0000c03f000000c00000803e' + 'ffffffff02000000' + '070809';
const referenceBytes = Buffer.concat([
  Buffer.from('5001000000000000', 'hex'), Buffer.from(referenceHeader), Buffer.from(referenceValues, 'hex'),
]);

/** A file with any header and any values. */
function fileOf(header: unknown, values: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = header instanceof Uint8Array ? header : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, values]);
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') =>
  ({ dtype, shape, data_offsets: [begin, end] });

describe('writing safetensors', () => {
  it('gives the same bytes as the Python package', () => {
    expect(Buffer.concat(encodeSafetensors(tensors, { format: 'pt' })).toString('hex')).toBe(referenceBytes.toString('hex'));
  });

  it('does not depend on the order of the tensors or of the metadata', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    const first = Buffer.concat(encodeSafetensors(tensors, { a: '1', b: '2' }));
    expect(Buffer.concat(encodeSafetensors(reversed, { b: '2', a: '1' })).equals(first)).toBe(true);
  });

  it('writes a view of a larger buffer as just that view', () => {
    const data = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const { tensors: read } = decodeSafetensors(Buffer.concat(encodeSafetensors({ w: { shape: [2], data } })), 'w');
    expect([...read.w.data]).toEqual([1, 2]);
  });

  it('refuses a shape that does not hold the values', () => {
    expect(() => encodeSafetensors({ w: { shape: [3], data: new Float32Array(2) } })).toThrow('Tensor w: shape [3]');
  });
});

describe('reading safetensors', () => {
  it('reads what the Python package wrote', () => {
    const { tensors: read, metadata } = decodeSafetensors(referenceBytes, 'reference.safetensors');
    expect(read).toEqual(tensors);
    expect(metadata).toEqual({ format: 'pt' });
  });

  it('reads files whose values are not aligned in memory or in the file', () => {
    for (let shift = 0; shift < 8; shift++) {
      const buffer = Buffer.concat([Buffer.alloc(shift), referenceBytes]).subarray(shift);
      expect(decodeSafetensors(buffer, 'shifted').tensors).toEqual(tensors);
    }
    const odd = fileOf({ a: entry(0, 1, [1], 'U8'), w: entry(1, 5) }, Buffer.from('070000c03f', 'hex'));
    expect(decodeSafetensors(odd, 'odd').tensors.w.data).toEqual(Float32Array.of(1.5));
  });

  it('gives back random tensors, and names that look like numbers or like parts of every object', () => {
    const random = new Random(4);
    const written: [string, WeightTensor][] = ['10', '9', '__proto__', 'constructor', 'größe/1'].map((name) => {
      const shape = [1 + random.integer(4), random.integer(5), 1 + random.integer(3)];
      const length = shape[0] * shape[1] * shape[2];
      return [name, { shape, data: Float32Array.from({ length }, () => random.normal()) }];
    });
    const bytes = Buffer.concat(encodeSafetensors(Object.fromEntries(written)));
    expect(new Map(Object.entries(decodeSafetensors(bytes, 'x').tensors))).toEqual(new Map(written));
  });

  const four = new Uint8Array(4);
  const eight = new Uint8Array(8);
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'it has 0 bytes'],
    ['a file cut inside the header', referenceBytes.subarray(0, 100), 'the header should have 336 bytes, but the file ends after 92'],
    ['a file cut inside the values', referenceBytes.subarray(0, -1), 'tensor a.flags ends at byte 31, but the file holds 30'],
    ['an absurd header length', Buffer.alloc(64, 0xff), 'the header should have 18446744073709551615 bytes'],
    ['a header that is not JSON', fileOf('{"w":'), 'its header is not valid JSON'],
    ['a header that is not UTF-8', fileOf(Buffer.from('{"\xff":1}', 'latin1')), 'its header is not valid JSON'],
    ['a header that is a list', fileOf('[]'), 'its header is not a JSON object'],
    ['an entry without offsets', fileOf({ w: { dtype: 'F32', shape: [1] } }, four), 'the header entry of tensor w lacks'],
    ['negative offsets', fileOf({ w: entry(-4, 0) }, four), 'the header entry of tensor w lacks'],
    ['offsets the wrong way round', fileOf({ w: entry(4, 0, [1]) }, four), 'tensor w of shape [1] and type F32 does not fit its -4 bytes'],
    ['a fractional shape', fileOf({ w: entry(0, 4, [0.5]) }, four), 'the header entry of tensor w lacks'],
    ['an unknown type', fileOf({ w: entry(0, 4, [1], 'F8') }, four), 'has type F8; accepted are I64, F32, I32 or U8'],
    ['a type that is part of every object', fileOf({ w: entry(0, 4, [1], 'toString') }, four), 'has type toString'],
    ['a shape that needs other bytes', fileOf({ w: entry(0, 4, [2]) }, four), 'tensor w of shape [2] and type F32 does not fit its 4 bytes'],
    ['a shape beyond all numbers', fileOf({ w: entry(0, 4, [2 ** 40, 2 ** 40]) }, four), 'does not fit its 4 bytes'],
    ['overlapping tensors', fileOf({ a: entry(0, 8), b: entry(4, 8) }, eight), 'tensor b overlaps the tensor before it'],
    ['a gap', fileOf({ b: entry(4, 8) }, eight), 'bytes 0 to 4 belong to no tensor'],
    ['values after the last tensor', fileOf({ a: entry(0, 4) }, eight), 'bytes 4 to 8 belong to no tensor'],
    ['metadata that is not text', fileOf({ __metadata__: { a: 1 } }), 'the metadata is not a mapping from text to text'],
  ])('refuses %s and says why', (_, bytes, reason) => {
    const read = () => decodeSafetensors(bytes, 'weights.safetensors');
    expect(read).toThrow(expect.objectContaining({ name: 'InputError', code: 'invalid-weights-file' }));
    expect(read).toThrow('weights.safetensors: not a usable safetensors file');
    expect(read).toThrow(reason);
  });

  it('never breaks in another way when bytes are changed at random', () => {
    const random = new Random(11);
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from(referenceBytes);
      for (let change = 0; change <= random.integer(3); change++) bytes[random.integer(bytes.length)] = random.integer(256);
      try {
        decodeSafetensors(bytes, 'changed');
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-weights-file' });
      }
    }
  });
});
