import { Tensor } from 'onnxruntime-common';
import { createSession } from '../engine/ort/binding.ts';
import type { ImageBatch } from '../model/inference.ts';
import { inputName, outputName } from './onnx.ts';

/** Logits of an exported file in ONNX Runtime, as a user of the file would get them. */
export function runOnnx(bytes: Uint8Array, { pixels, count, size }: ImageBatch): Float32Array {
  const session = createSession(bytes, { threads: 1 });
  try {
    const results = session.run({ [inputName]: new Tensor('float32', pixels, [count, 3, size, size]) }, { [outputName]: null }, {});
    return Float32Array.from(results[outputName].data as Float32Array);
  } finally {
    session.dispose();
  }
}
