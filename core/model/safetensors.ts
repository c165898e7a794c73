import { endianness } from 'node:os';
import { z } from 'zod';
import { InputError, oneOf } from '../base/errors.ts';

export type WeightData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** Values in row-major order; `data.length` is the product of `shape`, and 1 for the shape of a scalar, `[]`. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: WeightData;
}

export interface Weights {
  readonly tensors: Readonly<Record<string, WeightTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface ElementType {
  readonly bytes: number;
  readonly view: (buffer: ArrayBufferLike, offset: number, length: number) => WeightData;
}

/**
 * In the order in which tensors are laid out: the format allows no gaps, so wider elements come first and every
 * tensor stays aligned to its element size. The reference implementation uses the same order.
 */
const elementTypes: Readonly<Record<string, ElementType>> = {
  I64: { bytes: 8, view: (buffer, offset, length) => new BigInt64Array(buffer, offset, length) },
  F32: { bytes: 4, view: (buffer, offset, length) => new Float32Array(buffer, offset, length) },
  I32: { bytes: 4, view: (buffer, offset, length) => new Int32Array(buffer, offset, length) },
  U8: { bytes: 1, view: (buffer, offset, length) => new Uint8Array(buffer, offset, length) },
};
const layoutOrder = Object.keys(elementTypes);

const metadataKey = '__metadata__';
/** The format's own limit; it keeps a damaged length from asking for all memory. */
const maxHeaderBytes = 100_000_000;

const count = z.int().min(0);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});
const metadataSchema = z.record(z.string(), z.string());

/**
 * A safetensors file (8-byte little-endian header length, JSON header padded with spaces to 8 bytes, raw little-endian
 * values) as consecutive pieces, so that no second copy of the weights is made. Equal weights give equal bytes,
 * whatever the order of their names.
 * @throws RangeError when a shape does not fit its data.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, WeightTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  requireLittleEndian();
  const entries = Object.entries(tensors).map(([name, tensor]) => ({ name, tensor, type: typeName(tensor.data) }));
  entries.sort((a, b) => layoutOrder.indexOf(a.type) - layoutOrder.indexOf(b.type) || compareText(a.name, b.name));

  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) {
    header.push([metadataKey, Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compareText(a, b)))]);
  }
  let offset = 0;
  for (const { name, tensor, type } of entries) {
    if (name === metadataKey) throw new RangeError(`No tensor may be called ${metadataKey}.`);
    if (elementCount(tensor.shape) !== tensor.data.length) {
      throw new RangeError(`Tensor ${name}: shape [${tensor.shape}] does not hold ${tensor.data.length} values.`);
    }
    const end = offset + tensor.data.byteLength;
    header.push([name, { dtype: type, shape: tensor.shape, data_offsets: [offset, end] }]);
    offset = end;
  }

  // Written pair by pair: a JavaScript object would put names that look like integers first.
  const json = `{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = Buffer.from(json, 'utf8');
  const prefix = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ');
  prefix.writeBigUInt64LE(BigInt(prefix.length - 8));
  text.copy(prefix, 8);
  const values = entries.map(({ tensor: { data } }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return [prefix, ...values];
}

/**
 * Reads a whole safetensors file. Tensors are views of `bytes` where the alignment allows, copies otherwise.
 * @param where name of the file, for messages.
 * @throws InputError `invalid-weights-file` when the header or a tensor does not fit the file, or a type is not one of
 * I64, F32, I32, U8.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Weights {
  requireLittleEndian();
  const fail = (what: string, cause?: unknown): never => {
    throw new InputError('invalid-weights-file', `${where}: not a usable safetensors file: ${what}.`, { cause });
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, fewer than the 8 of the header length`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(maxHeaderBytes, bytes.length - 8))) {
    fail(`the header should have ${headerLength} bytes, but the file ends after ${bytes.length - 8}`);
  }
  const dataStart = 8 + Number(headerLength);
  const dataBytes = bytes.length - dataStart;

  const tensors: [string, WeightTensor][] = [];
  const ranges: { name: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, json] of Object.entries(parseHeader(bytes.subarray(8, dataStart), fail))) {
    if (name === metadataKey) {
      const parsed = metadataSchema.safeParse(json);
      metadata = parsed.success ? parsed.data : fail('the metadata is not a mapping from text to text');
      continue;
    }
    const entry = entrySchema.safeParse(json);
    if (!entry.success) return fail(`the header entry of tensor ${name} lacks dtype, shape or data_offsets`);
    const { dtype, shape, data_offsets: [begin, end] } = entry.data;
    if (!Object.hasOwn(elementTypes, dtype)) {
      fail(`tensor ${name} has type ${dtype}; accepted are ${oneOf(layoutOrder)}`);
    }
    const type = elementTypes[dtype];
    const length = elementCount(shape);
    if (end > dataBytes) fail(`tensor ${name} ends at byte ${end}, but the file holds ${dataBytes} bytes of values`);
    if (!Number.isSafeInteger(length) || end - begin !== length * type.bytes) {
      fail(`tensor ${name} of shape [${shape}] and type ${dtype} does not fit its ${end - begin} bytes`);
    }
    ranges.push({ name, begin, end });
    const aligned = (bytes.byteOffset + dataStart + begin) % type.bytes === 0;
    const data = aligned
      ? type.view(bytes.buffer, bytes.byteOffset + dataStart + begin, length)
      : type.view(Uint8Array.from(bytes.subarray(dataStart + begin, dataStart + end)).buffer, 0, length);
    tensors.push([name, { shape, data }]);
  }

  let covered = 0;
  for (const { name, begin, end } of ranges.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) fail(`tensor ${name} overlaps the tensor before it`);
    if (begin > covered) fail(`bytes ${covered} to ${begin} belong to no tensor`);
    covered = end;
  }
  if (covered !== dataBytes) fail(`bytes ${covered} to ${dataBytes} belong to no tensor`);
  return { tensors: Object.fromEntries(tensors), metadata };
}

function parseHeader(bytes: Uint8Array, fail: (what: string, cause?: unknown) => never): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return fail('its header is not valid JSON', error);
  }
  const isMapping = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isMapping ? json as Record<string, unknown> : fail('its header is not a JSON object');
}

function typeName(data: WeightData): string {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Int32Array) return 'I32';
  if (data instanceof BigInt64Array) return 'I64';
  return 'U8';
}

const elementCount = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** By code unit, the same on every machine (localeCompare is not). */
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Values are copied as they lie in memory; none of the platforms that ONNX Runtime supports is big-endian. */
function requireLittleEndian(): void {
  if (endianness() !== 'LE') throw new Error('Weight files need a little-endian machine.');
}
