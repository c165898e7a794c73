import { Tensor } from 'onnxruntime-common';
import { EnvironmentError, messageOf } from '../../base/errors.ts';
import { encodeModel, type OnnxNode } from '../../graph/onnx/model.ts';
import { opset } from '../../graph/onnx/lower.ts';
import { createSession, type NativeSession } from '../ort/binding.ts';
import { nativeTensor, type HostTensor } from '../ort/graphSession.ts';
import { SessionPool } from '../ort/sessionPool.ts';

/** A float32 tensor in the GPU's memory, for as long as nobody disposes it. The collector of JavaScript does not see how much it holds. */
export interface GpuTensor {
  readonly shape: readonly number[];
  readonly native: Tensor;
}

/** An ONNX file that sessions are made of, for results here or there. */
export interface Program {
  readonly name: string;
  readonly model: Uint8Array;
}

type Place = 'cpu' | 'gpu-buffer';

/** Runs ONNX files on the GPU and moves tensors to and from it. */
export class GpuDevice {
  /** The sessions have no threads of their own to speak of. */
  readonly #pool = new SessionPool<NativeSession>(1);
  readonly #owners = new WeakMap<Program, Record<Place, object>>();
  readonly #copies = new Map<number, Program>();
  readonly #joins = new Map<number, Program>();

  /**
   * Runs a file whose results stay on the GPU.
   * @param feeds tensors here or there
   * @param outputs names of the wanted results
   * @throws EnvironmentError `gpu-failed` when the driver gives up
   */
  run(program: Program, feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): GpuTensor[] {
    const results = this.#run(program, 'gpu-buffer', feeds, Object.fromEntries(outputs.map((name) => [name, null])));
    return outputs.map((name) => ({ shape: results[name].dims, native: results[name] }));
  }

  /** Copies of tensors in the GPU's memory, each in memory of its own. */
  copy(tensors: readonly (HostTensor | GpuTensor)[]): GpuTensor[] {
    if (tensors.length === 0) return [];
    const outputs = tensors.map((_, i) => `y${i}`);
    const feeds = Object.fromEntries(tensors.map((tensor, i) => [`x${i}`, flat(tensor)]));
    return this.run(this.#copyProgram(tensors.length), feeds, outputs)
      .map(({ native }, i) => ({ shape: tensors[i].shape, native }));
  }

  /** The tensor's numbers. Reading waits for all that was started before. */
  download(tensor: GpuTensor): Float32Array {
    // Reading the tensor itself ends the process in onnxruntime-node 1.30; a session whose result belongs here does not.
    const vector = flat(tensor);
    const values = new Float32Array(vector.size);
    this.#run(this.#copyProgram(1), 'cpu', { x0: vector }, { y0: new Tensor('float32', values, [values.length]) });
    return values;
  }

  /** The numbers of several tensors: each reading waits for the GPU, so they come as one. */
  downloadAll(tensors: readonly GpuTensor[]): Float32Array[] {
    if (tensors.length < 2) return tensors.map((tensor) => this.download(tensor));
    const vectors = tensors.map(flat);
    let program = this.#joins.get(vectors.length);
    if (!program) {
      const names = vectors.map((_, i) => `x${i}`);
      program = programOf('join', [{ name: 'y', operator: 'Concat', inputs: names, outputs: ['y'], attributes: { axis: 0 } }], names, ['y']);
      this.#joins.set(vectors.length, program);
    }
    const all = new Float32Array(vectors.reduce((length, { size }) => length + size, 0));
    const feeds = Object.fromEntries(vectors.map((vector, i) => [`x${i}`, vector]));
    this.#run(program, 'cpu', feeds, { y: new Tensor('float32', all, [all.length]) });
    let end = 0;
    return vectors.map(({ size }) => all.subarray(end, end += size));
  }

  #run(program: Program, place: Place, feeds: Readonly<Record<string, Tensor>>, fetches: Record<string, Tensor | null>): Record<string, Tensor> {
    let owners = this.#owners.get(program);
    if (!owners) this.#owners.set(program, owners = { cpu: {}, 'gpu-buffer': {} });
    try {
      const session = this.#pool.take(owners[place], () => createSession(program.model, { threads: 1, provider: 'webgpu', resultsOn: place }));
      return session.run({ ...feeds }, fetches, {});
    } catch (cause) {
      throw new EnvironmentError('gpu-failed',
        `The GPU could not compute "${program.name}" (${messageOf(cause).split('\n', 1)[0]}). Use --engine ort, which computes on the CPU.`, { cause });
    }
  }

  #copyProgram(count: number): Program {
    let program = this.#copies.get(count);
    if (!program) {
      const indices = Array.from({ length: count }, (_, i) => i);
      program = programOf('copy', indices.map((i) => ({ name: `y${i}`, operator: 'Identity', inputs: [`x${i}`], outputs: [`y${i}`] })),
        indices.map((i) => `x${i}`), indices.map((i) => `y${i}`));
      this.#copies.set(count, program);
    }
    return program;
  }
}

/** A file of nodes between vectors. */
export function programOf(
  name: string, nodes: readonly OnnxNode[], inputs: readonly string[], outputs: readonly string[],
  initializers: Parameters<typeof encodeModel>[0]['initializers'] = [],
): Program {
  const vector = (value: string) => ({ name: value, dtype: 'float32', dims: [`length of ${value}`] } as const);
  const model = encodeModel({
    producer: 'pocketformer', producerVersion: '', graphName: name, opset, nodes, initializers,
    inputs: inputs.map(vector), outputs: outputs.map(vector),
  });
  return { name, model };
}

/** What a session is fed: the tensor in the shape that it is said to have. */
export function native(tensor: HostTensor | GpuTensor): Tensor {
  return 'native' in tensor ? reshaped(tensor.native, tensor.shape) : nativeTensor({ ...tensor, data: unshared(tensor.data) });
}

/** The binding refuses memory that threads share. */
function unshared<T extends Float32Array | Int32Array>(data: T): T {
  return data.buffer instanceof SharedArrayBuffer ? data.slice() as T : data;
}

/** The tensor as a vector. */
export function flat(tensor: HostTensor | GpuTensor): Tensor {
  const length = tensor.shape.reduce((size, dim) => size * dim, 1);
  return native({ ...tensor, shape: [length] });
}

/** The same memory under another shape. */
function reshaped(tensor: Tensor, shape: readonly number[]): Tensor {
  if (tensor.dims.join() === shape.join()) return tensor;
  return Tensor.fromGpuBuffer(tensor.gpuBuffer, { dataType: 'float32', dims: [...shape] });
}
