import { Random } from '../../../core/base/random.ts';
import { encodeModel, type OnnxNode } from '../../../core/graph/onnx/model.ts';
import { ProtobufWriter } from '../../../core/graph/onnx/protobuf.ts';

export interface TinyTeacher {
  readonly classes?: number;
  /** Side of the images, in pixels. */
  readonly size?: number;
  readonly batch?: number | string;
  readonly seed?: string;
  /** An operator without attributes that its logits go through. */
  readonly last?: 'Softmax' | 'Identity' | 'Log';
  /** Takes images of any size and looks at their mean colour; its `size` is 1. */
  readonly pooled?: boolean;
}

/** The weights of a tiny teacher, [3 * size * size, classes]. */
export function tinyWeights({ classes = 3, size = 4, seed = 'teacher' }: TinyTeacher): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: 3 * size * size * classes }, () => random.normal() / 4);
}

/** What it answers to images [count, 3, size, size], in double precision. */
export function tinyLogits(images: Float32Array, teacher: TinyTeacher): number[] {
  const { classes = 3, size = 4 } = teacher;
  const weights = tinyWeights(teacher);
  const length = 3 * size * size;
  return Array.from({ length: (images.length / length) * classes }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < length; j++) sum += images[Math.floor(i / classes) * length + j] * weights[j * classes + (i % classes)];
    return sum;
  });
}

/** An ONNX file of a network with one matrix. */
export function tinyTeacher(teacher: TinyTeacher = {}): Uint8Array {
  const { classes = 3, size = 4, batch = 'batch', last = 'Identity', pooled = false } = teacher;
  const nodes: OnnxNode[] = [
    { name: 'first', operator: pooled ? 'GlobalAveragePool' : 'Identity', inputs: ['images'], outputs: ['pixels'] },
    { name: 'flatten', operator: 'Flatten', inputs: ['pixels'], outputs: ['flat'] },
    { name: 'matrix', operator: 'MatMul', inputs: ['flat', 'weights'], outputs: ['sums'] },
    { name: 'last', operator: last, inputs: ['sums'], outputs: ['logits'] },
  ];
  return encodeModel({
    producer: 'test', producerVersion: '1', graphName: 'tiny', opset: 17, nodes,
    initializers: [{ name: 'weights', dims: [3 * size * size, classes], data: tinyWeights(teacher) }],
    inputs: [{ name: 'images', dtype: 'float32', dims: pooled ? [batch, 3, 'height', 'width'] : [batch, 3, size, size] }],
    outputs: [{ name: 'logits', dtype: 'float32', dims: [batch, classes] }],
  });
}

/** The same with weights in a file beside it, as PyTorch's exporter has them. Field numbers are those of onnx.proto. */
export function tinyTeacherWithWeightsIn(weightsFile: string): Uint8Array {
  const value = (name: string, dims: readonly (number | string)[]) => (to: ProtobufWriter) => {
    to.string(1, name).message(2, (type) => type.message(1, (tensor) => {
      tensor.varint(1, 1).message(2, (shape) => {
        for (const dim of dims) shape.message(1, (entry) => (typeof dim === 'number' ? entry.varint(1, dim) : entry.string(2, dim)));
      });
    }));
  };
  const file = new ProtobufWriter();
  file.varint(1, 8).message(7, (graph) => {
    graph.message(1, (node) => node.string(1, 'images').string(2, 'flat').string(4, 'Flatten'));
    graph.message(1, (node) => node.string(1, 'flat').string(1, 'weights').string(2, 'logits').string(4, 'MatMul'));
    graph.string(2, 'tiny');
    graph.message(5, (tensor) => {
      tensor.varint(1, 48).varint(1, 3).varint(2, 1).string(8, 'weights');
      tensor.message(13, (entry) => entry.string(1, 'location').string(2, weightsFile)).varint(14, 1);
    });
    graph.message(11, value('images', ['batch', 3, 4, 4])).message(12, value('logits', ['batch', 3]));
  });
  return file.message(8, (to) => to.string(1, '').varint(2, 17)).finish();
}
