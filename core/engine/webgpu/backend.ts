import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { GpuDevice, GpuTensor } from './device.ts';
import type { Feed } from './graphProgram.ts';

/** Not `webgpu`, which is the name of tfjs's own backend. */
export const backendName = 'ort-webgpu';

/** tfjs tensors whose numbers lie on a GPU until somebody reads them, or in arrays of JavaScript from the start. */
export class WebGpuBackend extends MathBackendCPU {
  readonly device: GpuDevice;

  constructor(device: GpuDevice) {
    super();
    this.device = device;
    // The CPU backend greets in Node with an advertisement for another engine.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** A tracked tensor over GPU memory that this backend now owns. */
  tensor(gpu: GpuTensor): tf.Tensor {
    const dataId: tf.DataId = {};
    this.data.set(dataId, new Entry(this.device, gpu) as never);
    return tf.engine().makeTensorFromDataId(dataId, [...gpu.shape], 'float32', this);
  }

  /** The tensor where it is; valid until it is disposed. */
  feed({ dataId, shape }: tf.TensorInfo): Feed {
    const entry = this.data.get(dataId) as StoredData;
    return entry.gpu ? { native: entry.gpu.native, shape } : { shape, data: entry.values as Float32Array | Int32Array };
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.data.has(dataId) ? this.data.get(dataId) as StoredData : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && entry?.gpu) {
      entry.gpu.native.dispose();
      entry.gpu = undefined;
    }
    return gone;
  }
}

/** What the CPU backend knows of a tensor, and where it lies on the GPU if it does. */
interface StoredData {
  readonly values: tf.backend_util.BackendValues;
  gpu?: GpuTensor;
}

class Entry implements StoredData {
  readonly dtype = 'float32';
  refCount = 1;
  gpu?: GpuTensor;
  readonly #device: GpuDevice;
  #values?: Float32Array;

  constructor(device: GpuDevice, gpu: GpuTensor) {
    this.#device = device;
    this.gpu = gpu;
  }

  get values(): Float32Array {
    return this.#values ??= this.#device.download(this.gpu!);
  }
}

/** Registers the backend and all of tfjs's reference kernels under its name. */
export function registerWebGpuBackend(device: GpuDevice): WebGpuBackend {
  tf.registerBackend(backendName, () => new WebGpuBackend(device), 1);
  for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName });
  return tf.findBackend(backendName) as WebGpuBackend;
}
