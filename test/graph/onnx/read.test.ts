import { describe, expect, it } from 'vitest';
import { encodeModel, type OnnxModel } from '../../../core/graph/onnx/model.ts';
import { ProtobufWriter } from '../../../core/graph/onnx/protobuf.ts';
import { readModel } from '../../../core/graph/onnx/read.ts';

const model: OnnxModel = {
  producer: 'pocketformer', producerVersion: '1.2', graphName: 'tiny', opset: 17,
  inputs: [{ name: 'x', dtype: 'float32', dims: ['n', 2] }],
  outputs: [{ name: 'y', dtype: 'float32', dims: [2, 'n'] }],
  initializers: [
    { name: 'factor', dims: [1, 2], data: Float32Array.of(1, -1) },
    { name: 'count', dims: [], data: BigInt64Array.of(-5n) },
  ],
  nodes: [
    { name: 'clipped', operator: 'HardSigmoid', inputs: ['x'], outputs: ['clipped'], attributes: { alpha: { float: 0.5 }, axis: -1 } },
    { name: 'y', operator: 'Odd', domain: 'com.microsoft', inputs: ['clipped', '', 'factor'], outputs: ['y'], attributes: { perm: [1, 0], mode: 'add' } },
  ],
  usesContrib: true,
  metadata: { architecture: '{"ä": 1}', empty: '' },
};

/** An ONNX file around one node, whose message the callback goes on with. Field numbers are those of onnx.proto. */
function fileWithNode(write: (node: ProtobufWriter) => void): Uint8Array {
  return new ProtobufWriter().message(7, (graph) => graph.message(1, (node) => {
    node.string(4, 'Any');
    write(node);
  })).finish();
}

describe('reading an ONNX file', () => {
  it('gives back what was written', () => {
    const file = readModel(encodeModel(model));
    expect(file).toMatchObject({ irVersion: 8, producer: 'pocketformer', producerVersion: '1.2', graphName: 'tiny', metadata: model.metadata });
    expect(file.opsets).toEqual({ '': 17, 'com.microsoft': 1 });
    expect(file.inputs).toEqual([{ name: 'x', elementType: 1, dims: ['n', 2] }]);
    expect(file.outputs).toEqual([{ name: 'y', elementType: 1, dims: [2, 'n'] }]);
    expect(file.nodes).toEqual([
      { name: 'clipped', operator: 'HardSigmoid', domain: '', inputs: ['x'], outputs: ['clipped'], attributes: { alpha: 0.5, axis: -1 } },
      { name: 'y', operator: 'Odd', domain: 'com.microsoft', inputs: ['clipped', '', 'factor'], outputs: ['y'], attributes: { perm: [1, 0], mode: 'add' } },
    ]);
    expect(file.initializers.map(({ raw, ...tensor }) => ({ ...tensor, raw: Buffer.from(raw).toString('hex') }))).toEqual([
      { name: 'factor', elementType: 1, dims: [1, 2], raw: '0000803f000080bf' },
      { name: 'count', elementType: 7, dims: [], raw: 'fbffffffffffffff' },
    ]);
  });

  it('takes lists of numbers packed into one field, as other writers store them', () => {
    const file = readModel(fileWithNode((node) => {
      node.message(5, (attribute) => attribute.string(1, 'ints').bytes(8, Uint8Array.of(0x03, 0xac, 0x02)).varint(20, 7));
      node.message(5, (attribute) => attribute.string(1, 'floats').bytes(7, new Uint8Array(Float32Array.of(0.5, -2).buffer)).varint(20, 6));
      node.message(5, (attribute) => attribute.string(1, 'loose').float(7, 0.25).float(7, 4).varint(20, 6));
    }));
    expect(file.nodes[0].attributes).toEqual({ ints: [3, 300], floats: [0.5, -2], loose: [0.25, 4] });
  });

  it('has defaults for what a file leaves out, and passes over what it does not know', () => {
    const file = readModel(fileWithNode((node) => {
      node.message(5, (attribute) => attribute.string(1, 'zero').varint(20, 2));
      node.message(5, (attribute) => attribute.string(1, 'tensor').message(5, () => undefined).varint(20, 4));
      node.string(99, 'from the future');
    }));
    expect(file).toMatchObject({ irVersion: 0, producer: '', inputs: [], metadata: {} });
    expect(file.nodes).toEqual([{ name: '', operator: 'Any', domain: '', inputs: [], outputs: [], attributes: { zero: 0, tensor: undefined } }]);
  });

  it('refuses bytes that are no ONNX file, or that end early', () => {
    expect(() => readModel(new Uint8Array())).toThrow(RangeError);
    expect(() => readModel(new TextEncoder().encode('{"weights": [1, 2, 3]}'))).toThrow(RangeError);
    const bytes = encodeModel(model);
    expect(() => readModel(bytes.subarray(0, bytes.length - 3))).toThrow(RangeError);
  });
});
