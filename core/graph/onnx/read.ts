import { readFields, type ProtobufField } from './protobuf.ts';

/**
 * An ONNX file as plain data: Pocketformer's own and what runtimes and other exporters make, as far as it is made of
 * tensors. Field numbers are those of the public onnx.proto; what is unknown is passed over.
 */
export interface OnnxFile {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  readonly graphName: string;
  /** Version of each operator set by its domain; the standard one's domain is ''. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly ReadValue[];
  readonly outputs: readonly ReadValue[];
  readonly initializers: readonly ReadTensor[];
  readonly nodes: readonly ReadNode[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ReadValue {
  readonly name: string;
  /** As in TensorProto.DataType: 1 float, 6 int32, 7 int64. */
  readonly elementType: number;
  /** Numbers are fixed sizes, strings name free ones; '' where the file says nothing. */
  readonly dims: readonly (number | string)[];
}

export interface ReadTensor {
  readonly name: string;
  readonly elementType: number;
  readonly dims: readonly number[];
  /** Little-endian; empty when the values are stored in another way. */
  readonly raw: Uint8Array;
  /** The file beside this one that holds the values, where it is not this one. */
  readonly externalFile?: string;
}

export interface ReadNode {
  readonly name: string;
  readonly operator: string;
  /** '' for standard operators. */
  readonly domain: string;
  /** '' where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Numbers, texts and lists of them; attributes of other types (tensors, graphs) are undefined. */
  readonly attributes: Readonly<Record<string, ReadAttribute | undefined>>;
}

export type ReadAttribute = number | string | readonly number[] | readonly string[];

/** @throws RangeError when the bytes are no ONNX file, or end too early. */
export function readModel(bytes: Uint8Array): OnnxFile {
  const file = message(bytes);
  const graph = file.bytes(7)[0];
  if (graph === undefined) throw new RangeError('The file holds no ONNX graph.');
  const parts = message(graph);
  return {
    irVersion: file.number(1), producer: file.text(2), producerVersion: file.text(3), graphName: parts.text(2),
    opsets: Object.fromEntries(file.bytes(8).map(message).map((opset) => [opset.text(1), opset.number(2)])),
    nodes: parts.bytes(1).map(readNode),
    initializers: parts.bytes(5).map(readTensor),
    inputs: parts.bytes(11).map(readValue),
    outputs: parts.bytes(12).map(readValue),
    metadata: Object.fromEntries(file.bytes(14).map(message).map((entry) => [entry.text(1), entry.text(2)])),
  };
}

function readNode(bytes: Uint8Array): ReadNode {
  const node = message(bytes);
  return {
    inputs: node.texts(1), outputs: node.texts(2), name: node.text(3), operator: node.text(4), domain: node.text(7),
    attributes: Object.fromEntries(node.bytes(5).map(message).map((attribute) => [attribute.text(1), readAttribute(attribute)])),
  };
}

function readAttribute(attribute: Message): ReadAttribute | undefined {
  switch (attribute.number(20)) {
    case 1: return attribute.floats(2)[0] ?? 0;
    case 2: return attribute.number(3);
    case 3: return attribute.text(4);
    case 6: return attribute.floats(7);
    case 7: return attribute.numbers(8);
    case 8: return attribute.texts(9);
    default: return undefined;
  }
}

function readTensor(bytes: Uint8Array): ReadTensor {
  const tensor = message(bytes);
  const location = tensor.bytes(13).map(message).find((entry) => entry.text(1) === 'location');
  return {
    name: tensor.text(8), elementType: tensor.number(2), dims: tensor.numbers(1), raw: tensor.bytes(9)[0] ?? new Uint8Array(),
    ...(location === undefined ? {} : { externalFile: location.text(2) }),
  };
}

function readValue(bytes: Uint8Array): ReadValue {
  const value = message(bytes);
  const tensor = inner(inner(value, 2), 1);
  const dims = inner(tensor, 2).bytes(1).map(message).map((dim) => (dim.has(1) ? dim.number(1) : dim.text(2)));
  return { name: value.text(1), elementType: tensor.number(1), dims };
}

function inner(from: Message, field: number): Message {
  return message(from.bytes(field)[0] ?? new Uint8Array());
}

/** Access to a message's fields by number; what is absent has its type's default, as the format defines. */
interface Message {
  has(field: number): boolean;
  number(field: number): number;
  numbers(field: number): number[];
  floats(field: number): number[];
  text(field: number): string;
  texts(field: number): string[];
  bytes(field: number): Uint8Array[];
}

function message(encoded: Uint8Array): Message {
  const fields = new Map<number, ProtobufField['value'][]>();
  for (const { field, value } of readFields(encoded)) {
    const known = fields.get(field);
    if (known) known.push(value);
    else fields.set(field, [value]);
  }
  const all = (field: number) => fields.get(field) ?? [];
  const bytes = (field: number) => all(field).filter((value) => typeof value !== 'bigint');
  // Repeated numbers come one by one or packed into one field.
  const numbers = (field: number) => all(field).flatMap((value) => (typeof value === 'bigint' ? [signed(value)] : packedNumbers(value)));
  const texts = (field: number) => bytes(field).map((value) => new TextDecoder().decode(value));
  return {
    has: (field) => fields.has(field),
    bytes, numbers, texts,
    number: (field) => numbers(field)[0] ?? 0,
    text: (field) => texts(field)[0] ?? '',
    floats: (field) => bytes(field).flatMap(packedFloats),
  };
}

const signed = (value: bigint) => Number(BigInt.asIntN(64, value));

function packedNumbers(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(signed(value));
    value = 0n;
    shift = 0n;
  }
  return values;
}

function packedFloats(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, i) => view.getFloat32(i * 4, true));
}
