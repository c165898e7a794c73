import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { PlacedEntry, type StoredData } from '../placedEntry.ts';
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
    this.data.set(dataId, new PlacedEntry(gpu, (placed) => this.device.download(placed)) as never);
    return tf.engine().makeTensorFromDataId(dataId, [...gpu.shape], 'float32', this);
  }

  /** The tensor where it is; valid until it is disposed. */
  feed({ dataId, shape }: tf.TensorInfo): Feed {
    const entry = this.data.get(dataId) as StoredData<GpuTensor>;
    return entry.place ? { native: entry.place.native, shape } : { shape, data: entry.values as Float32Array | Int32Array };
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.data.has(dataId) ? this.data.get(dataId) as StoredData<GpuTensor> : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && entry?.place) {
      entry.place.native.dispose();
      entry.place = undefined;
    }
    return gone;
  }
}

/** Registers the backend and all of tfjs's reference kernels under its name. */
export function registerWebGpuBackend(device: GpuDevice): WebGpuBackend {
  tf.registerBackend(backendName, () => new WebGpuBackend(device), 1);
  for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName });
  return tf.findBackend(backendName) as WebGpuBackend;
}
