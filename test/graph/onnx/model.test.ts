import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { createSession } from '../../../core/engine/ort/binding.ts';
import { encodeModel, type OnnxModel } from '../../../core/graph/onnx/model.ts';
import { readFields } from '../../../core/graph/onnx/protobuf.ts';

/** y = clip(a x + b) with a = 0.5 and b = 0.25, then reshaped to columns. */
const model: OnnxModel = {
  producer: 'pocketformer', producerVersion: '1.2', graphName: 'tiny', opset: 17,
  inputs: [{ name: 'x', dtype: 'float32', dims: ['n', 2] }],
  outputs: [{ name: 'y', dtype: 'float32', dims: [2, 'n'] }],
  initializers: [{ name: 'factor', dims: [1, 2], data: Float32Array.of(1, -1) }],
  nodes: [
    { name: 'scaled', operator: 'Mul', inputs: ['x', 'factor'], outputs: ['scaled'] },
    { name: 'clipped', operator: 'HardSigmoid', inputs: ['scaled'], outputs: ['clipped'], attributes: { alpha: { float: 0.5 }, beta: { float: 0.25 } } },
    { name: 'y', operator: 'Transpose', inputs: ['clipped'], outputs: ['y'], attributes: { perm: [1, 0] } },
  ],
  metadata: { note: 'for a test' },
};

type Message = Map<number, (bigint | Uint8Array)[]>;

function message(bytes: Uint8Array): Message {
  const fields: Message = new Map();
  for (const { field, value } of readFields(bytes)) fields.set(field, [...(fields.get(field) ?? []), value]);
  return fields;
}

const text = (from: Message, field: number) => from.get(field)!.map((value) => Buffer.from(value as Uint8Array).toString());
const inner = (from: Message, field: number) => from.get(field)!.map((value) => message(value as Uint8Array));

/** Field numbers are those of the public onnx.proto (ModelProto, GraphProto, NodeProto and so on). */
describe('an ONNX file', () => {
  const file = message(encodeModel(model));
  const [graph] = inner(file, 7);

  it('names its format, producer, operator set and metadata', () => {
    expect(file.get(1)).toEqual([8n]);
    expect(text(file, 2)).toEqual(['pocketformer']);
    expect(text(file, 3)).toEqual(['1.2']);
    const [operators] = inner(file, 8);
    expect([text(operators, 1), operators.get(2)]).toEqual([[''], [17n]]);
    const [entry] = inner(file, 14);
    expect([text(entry, 1), text(entry, 2)]).toEqual([['note'], ['for a test']]);
  });

  it('lists nodes with inputs, outputs, names and operators', () => {
    expect(text(graph, 2)).toEqual(['tiny']);
    expect(inner(graph, 1).map((node) => [text(node, 1), text(node, 2), text(node, 3), text(node, 4)])).toEqual([
      [['x', 'factor'], ['scaled'], ['scaled'], ['Mul']],
      [['scaled'], ['clipped'], ['clipped'], ['HardSigmoid']],
      [['clipped'], ['y'], ['y'], ['Transpose']],
    ]);
  });

  it('types its attributes: 1 float, 2 int, 3 text, 7 ints', () => {
    const encoded = message(encodeModel({ ...model, nodes: [{ name: 'n', operator: 'Any', inputs: [], outputs: ['y'], attributes: {
      f: { float: 0.5 }, i: -2, s: 'add', list: [3, 1],
    } }] }));
    const attributes = inner(inner(inner(encoded, 7)[0], 1)[0], 5);
    expect(attributes.map((attribute) => [text(attribute, 1)[0], attribute.get(20)![0]])).toEqual([['f', 1n], ['i', 2n], ['s', 3n], ['list', 7n]]);
    expect(Buffer.from(attributes[0].get(2)![0] as Uint8Array).readFloatLE()).toBe(0.5);
    expect(attributes[1].get(3)).toEqual([2n ** 64n - 2n]);
    expect(text(attributes[2], 4)).toEqual(['add']);
    expect(attributes[3].get(8)).toEqual([3n, 1n]);
  });

  it('holds tensors as little-endian bytes: type 1 float, 6 int32, 7 int64', () => {
    const encoded = message(encodeModel({ ...model, initializers: [
      { name: 'f', dims: [2], data: Float32Array.of(9, 1, -2).subarray(1) },
      { name: 'i', dims: [1, 1], data: Int32Array.of(-1) },
      { name: 'l', dims: [], data: BigInt64Array.of(5n) },
    ] }));
    const tensors = inner(inner(encoded, 7)[0], 5);
    expect(tensors.map((tensor) => [text(tensor, 8)[0], tensor.get(1) ?? [], tensor.get(2)![0], Buffer.from(tensor.get(9)![0] as Uint8Array).toString('hex')])).toEqual([
      ['f', [2n], 1n, '0000803f000000c0'], ['i', [1n, 1n], 6n, 'ffffffff'], ['l', [], 7n, '0500000000000000'],
    ]);
  });

  it('gives its ends types and shapes, free sizes by name', () => {
    const shapeOf = (value: Message) => {
      const [tensor] = inner(inner(value, 2)[0], 1);
      return [text(value, 1)[0], tensor.get(1)![0], inner(inner(tensor, 2)[0], 1).map((dim) => dim.get(1)?.[0] ?? text(dim, 2)[0])];
    };
    expect(inner(graph, 11).map(shapeOf)).toEqual([['x', 1n, ['n', 2n]]]);
    expect(inner(graph, 12).map(shapeOf)).toEqual([['y', 1n, [2n, 'n']]]);
  });

  it('names the domain of contributed operators', () => {
    const encoded = message(encodeModel({ ...model, usesContrib: true, nodes: [{ name: 'n', operator: 'Gelu', domain: 'com.microsoft', inputs: ['x'], outputs: ['y'] }] }));
    expect(inner(encoded, 8).map((operators) => text(operators, 1)[0])).toEqual(['', 'com.microsoft']);
    expect(text(inner(inner(encoded, 7)[0], 1)[0], 7)).toEqual(['com.microsoft']);
  });

  it('states the format version that introduced its operator set', () => {
    const version = (opset: number) => message(encodeModel({ ...model, opset })).get(1)![0];
    expect([17, 18, 19, 20, 21, 22].map(version)).toEqual([8n, 8n, 9n, 9n, 10n, 10n]);
  });

  it('is understood by ONNX Runtime', () => {
    const session = createSession(encodeModel(model), { threads: 1, optimization: 'disabled' });
    const y = new Float32Array(6);
    session.run({ x: new Tensor('float32', Float32Array.of(0, 0, 1, 1, 4, 4), [3, 2]) }, { y: new Tensor('float32', y, [2, 3]) }, {});
    expect([...y]).toEqual([0.25, 0.75, 1, 0.25, 0, 0]);
    session.dispose();
  });
});
