import { readFileSync } from 'node:fs';
import { Tensor } from 'onnxruntime-common';
import { InputError } from '../../../base/errors.ts';
import { Random } from '../../../base/random.ts';
import { createSession, type NativeSession } from '../../../engine/ort/binding.ts';
import { timeRuns } from './calmRuns.ts';
import type { HostRequest, HostRun, HostRunResult } from './messages.ts';

/** In TensorProto.DataType. */
const float32 = 1;

/**
 * Runs a model in this process as a user's program would: its own session with ONNX Runtime's defaults but for threads
 * and their spinning, nothing else at the same time. The results of a run are allocated within it, as users have it.
 * @throws InputError `unmeasurable-model` for a model whose input or output is not as told
 */
export function runHere(request: HostRequest): HostRunResult {
  const { path, threads, spinning } = request;
  const session = createSession(path, {
    threads, spinning, memoryArena: true, ...(request.kind === 'profile' ? { profilePrefix: request.prefix } : {}),
  });
  try {
    const output = outputOf(session, request);
    const feeds = { [request.input.name]: new Tensor('float32', inputValues(session, request), [...request.input.shape]) };
    const run = () => session.run(feeds, { [output]: null }, {});
    const values = Float32Array.from(run()[output].data as Float32Array);
    if (request.kind === 'profile') {
      for (let i = 0; i < request.runs; i++) run();
      session.endProfiling();
      return { warmUpRuns: 1, runsMs: [], interruptedRuns: 0, output: values };
    }
    const { warmUp, timed } = request.length;
    const { runsMs: warm, interruptedRuns: cold } = timeRuns(run, warmUp);
    return { warmUpRuns: 1 + warm.length + cold, ...timeRuns(run, timed), output: values };
  } finally {
    session.dispose();
  }
}

function outputOf({ outputMetadata }: NativeSession, { path, output }: HostRun): string {
  const found = output === undefined ? outputMetadata[0] : outputMetadata.find(({ name }) => name === output);
  if (found === undefined) throw unmeasurable(path, `has no output "${output}", only ${outputMetadata.map(({ name }) => name).join(', ')}`);
  if (found.type !== float32) throw unmeasurable(path, `its output "${found.name}" is not of float32`);
  return found.name;
}

function inputValues({ inputMetadata }: NativeSession, { path, input: { name, shape, file } }: HostRun): Float32Array {
  const [found, second] = inputMetadata;
  if (second !== undefined || found?.name !== name) {
    throw unmeasurable(path, `its inputs are ${inputMetadata.map((input) => input.name).join(', ')}; expected "${name}" alone`);
  }
  if (found.type !== float32) throw unmeasurable(path, `its input "${name}" is not of float32`);
  if (found.shape.length > 0 && (found.shape.length !== shape.length || found.shape.some((size, i) => size > 0 && size !== shape[i]))) {
    throw unmeasurable(path, `its input "${name}" has the shape [${found.shape.join(', ')}], not [${shape.join(', ')}]`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (file === undefined) {
    const values = new Float32Array(count);
    new Random('input').fillNormal(values);
    return values;
  }
  const bytes = readFileSync(file);
  if (bytes.length !== 4 * count) throw unmeasurable(file, `holds ${bytes.length} bytes; expected ${4 * count}, ${count} float32 values`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const unmeasurable = (path: string, reason: string) => new InputError('unmeasurable-model', `${path}: ${reason}.`);
