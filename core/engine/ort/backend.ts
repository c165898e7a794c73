import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

export const backendName = 'ort';

/**
 * tfjs tensors whose memory is recycled: what a session writes into comes from this pool, and returns to it when tfjs
 * disposes the tensor. Fresh memory costs page faults that dominate large elementwise operations.
 */
export class OrtBackend extends MathBackendCPU {
  readonly #free = new Map<number, ArrayBuffer[]>();
  readonly #owned = new WeakSet<ArrayBufferLike>();
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
    const buffer = this.#free.get(bytes)?.pop();
    if (buffer) {
      this.#freeBytes -= bytes;
      return new Float32Array(buffer, 0, length);
    }
    const fresh = new ArrayBuffer(bytes);
    this.#owned.add(fresh);
    return new Float32Array(fresh, 0, length);
  }

  /** Gives memory from `allocate` back; other memory is left to the garbage collector. */
  release(values: ArrayBufferView): void {
    const buffer = values.buffer as ArrayBuffer;
    if (!this.#owned.has(buffer) || this.#freeBytes + buffer.byteLength > OrtBackend.maxFreeBytes) return;
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

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.data.has(dataId) ? this.data.get(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && entry?.values && ArrayBuffer.isView(entry.values)) this.release(entry.values);
    return gone;
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
