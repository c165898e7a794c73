import { ProtobufWriter } from './protobuf.ts';

/**
 * ONNX files as plain data and their binary form. Field numbers are those of the public onnx.proto; only what
 * Pocketformer writes is here.
 */
export interface OnnxModel {
  readonly producer: string;
  readonly producerVersion: string;
  readonly graphName: string;
  /** Version of the standard operator set. */
  readonly opset: number;
  /** Whether operators of the domain `com.microsoft` are used. */
  readonly usesContrib?: boolean;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly dtype: OnnxType;
  /** Numbers are fixed sizes, strings name free ones; left to the runtime where nothing is said. */
  readonly dims?: readonly (number | string)[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Halves as their bits (base/half.ts). */
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint16Array | Int8Array | Uint8Array;
}

export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** Integers, lists of integers, `{float}` or text. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number } | string;
export type OnnxType = 'float32' | 'float16' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bfloat16';

/** As in TensorProto.DataType. */
export const typeCodes: Readonly<Record<OnnxType, number>> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10, bfloat16: 16 };

/** The bytes of an ONNX file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const file = new ProtobufWriter();
  file.varint(1, irVersion(model.opset)).string(2, model.producer).string(3, model.producerVersion);
  file.message(7, (graph) => {
    for (const node of model.nodes) graph.message(1, (to) => writeNode(to, node));
    graph.string(2, model.graphName);
    for (const tensor of model.initializers) graph.message(5, (to) => writeTensor(to, tensor));
    for (const value of model.inputs) graph.message(11, (to) => writeValue(to, value));
    for (const value of model.outputs) graph.message(12, (to) => writeValue(to, value));
  });
  file.message(8, (to) => to.string(1, '').varint(2, model.opset));
  if (model.usesContrib) file.message(8, (to) => to.string(1, 'com.microsoft').varint(2, 1));
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    file.message(14, (to) => to.string(1, key).string(2, value));
  }
  return file.finish();
}

/** The file-format version that introduced an operator set (onnx/docs/Versioning.md), so that old runtimes still load it. */
function irVersion(opset: number): number {
  return opset >= 21 ? 10 : opset >= 19 ? 9 : 8;
}

function writeNode(to: ProtobufWriter, node: OnnxNode): void {
  for (const input of node.inputs) to.string(1, input);
  for (const output of node.outputs) to.string(2, output);
  to.string(3, node.name).string(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes ?? {})) to.message(5, (attribute) => writeAttribute(attribute, name, value));
  if (node.domain) to.string(7, node.domain);
}

function writeAttribute(to: ProtobufWriter, name: string, value: OnnxAttribute): void {
  to.string(1, name);
  if (typeof value === 'number') to.varint(3, value).varint(20, 2);
  else if (typeof value === 'string') to.string(4, value).varint(20, 3);
  else if ('float' in value) to.float(2, value.float).varint(20, 1);
  else {
    for (const item of value) to.varint(8, item);
    to.varint(20, 7);
  }
}

function writeTensor(to: ProtobufWriter, tensor: OnnxTensor): void {
  for (const dim of tensor.dims) to.varint(1, dim);
  to.varint(2, typeCodes[tensorType(tensor)]).string(8, tensor.name);
  to.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

/** The element type that a tensor's array says. */
export function tensorType({ data }: Pick<OnnxTensor, 'data'>): OnnxType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint16Array) return 'float16';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

function writeValue(to: ProtobufWriter, value: OnnxValue): void {
  to.string(1, value.name).message(2, (type) => type.message(1, (tensor) => {
    tensor.varint(1, typeCodes[value.dtype]);
    if (value.dims === undefined) return;
    tensor.message(2, (shape) => {
      for (const dim of value.dims!) {
        shape.message(1, (entry) => (typeof dim === 'number' ? entry.varint(1, dim) : entry.string(2, dim)));
      }
    });
  }));
}
