import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

export const backendName = 'ort';

/**
 * tfjs tensors whose memory is recycled: what a session writes into comes from this pool, and returns to it when tfjs
 * disposes the tensor. Fresh memory costs page faults that dominate large elementwise operations.
 *
 * Memory is recycled only while a single tensor knows of it. Kernels of tfjs make tensors that are views of others
 * (slices), and `dataSync` hands out the memory itself; a buffer shared in such a way is left to the garbage collector.
 */
export class OrtBackend extends MathBackendCPU {
  readonly #free = new Map<number, ArrayBuffer[]>();
  /** Buffers in use that come back to the pool. */
  readonly #recyclable = new WeakSet<ArrayBufferLike>();
  /** Those of them that a tensor has taken. */
  readonly #taken = new WeakSet<ArrayBufferLike>();
  #freeBytes = 0;
  /** Bytes of unused memory kept for later. */
  static readonly maxFreeBytes = 2 ** 30;

  constructor() {
    super();
    // The CPU backend greets in Node with an advertisement for another engine.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** Memory for `length` floats, with unspecified contents. */
  allocate(length: number): Float32Array {
    const bytes = sizeClass(length * 4);
    const recycled = this.#free.get(bytes)?.pop();
    if (recycled) this.#freeBytes -= bytes;
    const buffer = recycled ?? new ArrayBuffer(bytes);
    this.#recyclable.add(buffer);
    return new Float32Array(buffer, 0, length);
  }

  /** Gives memory from `allocate` back. Does nothing for other memory, and for memory that others may still read. */
  release(values: ArrayBufferView): void {
    const buffer = values.buffer as ArrayBuffer;
    this.#taken.delete(buffer);
    if (!this.#recyclable.delete(buffer) || this.#freeBytes + buffer.byteLength > OrtBackend.maxFreeBytes) return;
    const list = this.#free.get(buffer.byteLength);
    if (list) list.push(buffer);
    else this.#free.set(buffer.byteLength, [buffer]);
    this.#freeBytes += buffer.byteLength;
  }

  /** A tracked tensor over values that this backend now owns. */
  tensor(values: Float32Array, shape: readonly number[]): tf.Tensor {
    return this.makeOutput(values, [...shape], 'float32');
  }

  /** The tensor's values without a copy; valid until it is disposed. */
  values(tensor: tf.TensorInfo): Float32Array | Int32Array {
    return this.data.get(tensor.dataId).values as Float32Array | Int32Array;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    this.#take(values);
    return super.write(values, shape, dtype);
  }

  override move(dataId: object, values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType, refCount: number): void {
    this.#take(values);
    super.move(dataId, values, shape, dtype, refCount);
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = super.readSync(dataId);
    if (ArrayBuffer.isView(values)) this.#recyclable.delete(values.buffer);
    return values;
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.data.has(dataId) ? this.data.get(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && entry?.values && ArrayBuffer.isView(entry.values)) this.release(entry.values);
    return gone;
  }

  /** Notes that a tensor holds this memory; when it is not the first, the memory is shared. */
  #take(values: tf.backend_util.BackendValues): void {
    if (!ArrayBuffer.isView(values)) return;
    if (this.#taken.has(values.buffer)) this.#recyclable.delete(values.buffer);
    else this.#taken.add(values.buffer);
  }
}

/** Four sizes per power of two, so that maps of nearly equal size share memory. */
function sizeClass(bytes: number): number {
  const step = 2 ** Math.max(8, Math.floor(Math.log2(Math.max(bytes, 1))) - 2);
  return Math.ceil(Math.max(bytes, 1) / step) * step;
}

/** Registers the backend and all of tfjs's reference kernels under its name. Does nothing the second time. */
export function registerOrtBackend(): OrtBackend {
  if (!tf.findBackend(backendName)) {
    tf.registerBackend(backendName, () => new OrtBackend(), 1);
    for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName });
  }
  return tf.findBackend(backendName) as OrtBackend;
}
