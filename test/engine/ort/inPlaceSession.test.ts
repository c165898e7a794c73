import { Tensor } from 'onnxruntime-common';
import { expect, it } from 'vitest';
import { InPlaceSession } from '../../../core/engine/ort/inPlaceSession.ts';
import { opset } from '../../../core/graph/onnx/lower.ts';

const vector = (name: string) => ({ name, dtype: 'float32' as const, dims: ['n'] });
const double = new InPlaceSession({
  producer: 'test', producerVersion: '', graphName: 'double', opset, initializers: [],
  nodes: [{ name: 'y', operator: 'Add', inputs: ['x', 'x'], outputs: ['y'] }], inputs: [vector('x')], outputs: [vector('y')],
}, { threads: 1 });

function run(length: number, resultLength = length): Float32Array {
  const x = Float32Array.from({ length }, (_, i) => i);
  const y = new Float32Array(resultLength);
  double.run({ x: new Tensor('float32', x, [length]) }, { y: new Tensor('float32', y, [resultLength]) });
  return y;
}

it.each([1, 100, 100_000])('writes %i results to the memory that it is given', (length) => {
  expect(run(length).at(-1)).toBe(2 * (length - 1));
});

it('makes no copy of large results', () => {
  run(1_000_000);
  const before = process.memoryUsage().arrayBuffers;
  const y = run(1_000_000);
  // The two arrays of the test itself; a copy would be a third.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2.5 * y.byteLength);
});

it('tells of errors of the run itself', () => {
  const y = new Tensor('float32', new Float32Array(100_000), [100_000]);
  expect(() => double.run({ x: new Tensor('int32', new Int32Array(100_000), [100_000]) }, { y })).toThrow(/int32/);
});
