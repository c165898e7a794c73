// Multiplies two numbers on the GPU, in a process of its own: a broken graphics driver may take its process down.
// Plain JavaScript, so that no loader has to be set up. Argument: the ONNX file of y = x * x, as base64.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
try {
  const { binding, initOrt } = require('onnxruntime-node/dist/binding.js');
  const { Tensor } = require('onnxruntime-common');
  initOrt();
  const model = Uint8Array.from(Buffer.from(process.argv[2], 'base64'));
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, 0, model.length, { executionProviders: ['webgpu'], logSeverityLevel: 4 });
  const { y } = session.run({ x: new Tensor('float32', Float32Array.of(2, 3), [2]) }, { y: null }, {});
  process.stdout.write(JSON.stringify({ result: [...y.data] }));
} catch (error) {
  process.stdout.write(JSON.stringify({ failure: String(error?.message ?? error) }));
}
