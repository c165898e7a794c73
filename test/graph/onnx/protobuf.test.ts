import { describe, expect, it } from 'vitest';
import { ProtobufWriter, readFields } from '../../../core/graph/onnx/protobuf.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const written = (write: (to: ProtobufWriter) => void) => {
  const writer = new ProtobufWriter();
  write(writer);
  return hex(writer.finish());
};
const read = (bytes: string) => [...readFields(Uint8Array.from(Buffer.from(bytes, 'hex')))];

/** Expected bytes: worked out by hand from the public description of the encoding (keys are field * 8 + wire type). */
describe('the wire format', () => {
  it.each<[string, (to: ProtobufWriter) => void, string]>([
    // 150 = 1 0010110b: low seven bits 0x16 with the continuation bit, then 1.
    ['a number', (to) => to.varint(1, 150), '089601'],
    ['zero', (to) => to.varint(1, 0), '0800'],
    ['the largest number of one byte', (to) => to.varint(1, 127), '087f'],
    ['the smallest of two bytes', (to) => to.varint(1, 128), '088001'],
    ['a number beyond 32 bits', (to) => to.varint(1, 2 ** 35), '08808080808001'],
    // Two's complement of 64 bits: nine full bytes and the top bit.
    ['a negative number', (to) => to.varint(1, -1), '08ffffffffffffffffff01'],
    ['the largest int64', (to) => to.varint(1, 2n ** 63n - 1n), '08ffffffffffffffff7f'],
    // Key 16 * 8 + 0 = 128 no longer fits one byte.
    ['a field beyond 15', (to) => to.varint(16, 1), '800101'],
    ['text', (to) => to.string(2, 'testing'), '120774657374696e67'],
    ['text beyond ASCII, counted in bytes', (to) => to.string(2, 'é'), '1202c3a9'],
    ['empty text', (to) => to.string(1, ''), '0a00'],
    ['a float, little-endian', (to) => to.float(2, 1), '150000803f'],
    ['bytes', (to) => to.bytes(9, Uint8Array.of(1, 2)), '4a020102'],
    ['a message', (to) => to.message(3, (inner) => inner.varint(1, 150)), '1a03089601'],
    ['an empty message', (to) => to.message(3, () => undefined), '1a00'],
    ['messages within messages', (to) => to.message(1, (a) => a.message(2, (b) => b.varint(3, 4))), '0a0412021804'],
    ['fields in the order of writing', (to) => to.varint(2, 1).varint(1, 2), '10010802'],
  ])('of %s', (_, write, expected) => expect(written(write)).toBe(expected));

  it('counts long messages with several bytes', () => {
    const bytes = written((to) => to.message(1, (inner) => inner.bytes(1, new Uint8Array(300))));
    // 300 zeros behind a key and a length of two bytes make a message of 303 bytes: 0xaf 0x02.
    expect(bytes.startsWith('0aaf020aac02')).toBe(true);
    expect(bytes.length / 2).toBe(306);
  });

  it('is read back field by field', () => {
    const fields = read('0896011202c3a9150000803f1a03089601');
    expect(fields.map(({ field }) => field)).toEqual([1, 2, 2, 3]);
    expect(fields[0].value).toBe(150n);
    expect(hex(fields[1].value as Uint8Array)).toBe('c3a9');
    expect(hex(fields[2].value as Uint8Array)).toBe('0000803f');
    expect([...readFields(fields[3].value as Uint8Array)]).toEqual([{ field: 1, value: 150n }]);
    expect(read('')).toEqual([]);
  });

  it.each([
    ['inside a number', '0896'], ['inside a key', '80'], ['before a length', '12'], ['inside text', '120774657374'],
    ['inside a float', '150000'], ['inside a double', '0900000000'],
  ])('that ends %s is refused', (_, bytes) => expect(() => read(bytes)).toThrow(/ends inside/));

  it('with a wire type that does not exist is refused', () => expect(() => read('0b')).toThrow('Unknown wire type 3.'));
});
