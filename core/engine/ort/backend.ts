import * as tf from '@tensorflow/tfjs';
import { availableParallelism } from 'node:os';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { Arena } from '../wasm/arena.ts';
import { instantiateKernels, type Kernel } from '../wasm/library.ts';
import { elementsOf, inspect, type DeviceData } from './deviceData.ts';
import { PlacedEntry, type StoredData } from '../placedEntry.ts';
import { Fallbacks } from './fallbacks.ts';
import { operators } from './operators.ts';
import { MatrixProducts } from './plan/product.ts';

export const backendName = 'ort';

/**
 * tfjs tensors whose numbers lie in an arena, where kernels and ONNX Runtime work on them, or in arrays of JavaScript,
 * where everybody else does. They are copied to the other side on first use there, as between a GPU and its host: an
 * array that JavaScript has seen is never written again, and memory in the arena is recycled when tfjs disposes the
 * tensor.
 */
export class OrtBackend extends MathBackendCPU {
  readonly arena: Arena;
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly products: MatrixProducts;
  /** What ran on reference kernels. */
  readonly fallbacks = new Fallbacks();

  constructor(arena = new Arena()) {
    super();
    this.arena = arena;
    this.kernels = instantiateKernels(arena.memory);
    this.products = new MatrixProducts(arena, Math.min(8, availableParallelism()));
    // The CPU backend greets in Node with an advertisement for another engine.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** A tracked tensor over a block of the arena that this backend now owns. */
  tensor(device: DeviceData): tf.Tensor {
    const { dataId, shape } = this.info(device);
    return tf.engine().makeTensorFromDataId(dataId, shape, 'float32', this);
  }

  /** Where a float32 tensor lies in the arena, in a layout of its own shape; valid until it is disposed. */
  onDevice(tensor: tf.TensorInfo): DeviceData {
    const entry = this.data.get(tensor.dataId) as StoredData<DeviceData>;
    const { place: device } = entry;
    if (device && (device.layout === 'declared' || sharesBatch(device.shape, tensor.shape))) return device;
    const values = entry.values as Float32Array;
    if (device) this.arena.free(device.address);
    const address = this.arena.allocate(values.length);
    this.arena.view(address, values.length).set(values);
    return entry.place = { address, layout: 'declared', shape: tensor.shape };
  }

  /** Brings a tensor's numbers into the order of its axes, where they then stay. */
  reordered(tensor: tf.TensorInfo): DeviceData {
    const entry = this.data.get(tensor.dataId) as StoredData<DeviceData>;
    const values = entry.values as Float32Array;
    const address = this.arena.allocate(values.length);
    this.arena.view(address, values.length).set(values);
    if (entry.place) this.arena.free(entry.place.address);
    return entry.place = { address, layout: 'declared', shape: tensor.shape };
  }

  /** A kernel's result over a block of the arena that this backend now owns. */
  info(device: DeviceData): tf.TensorInfo {
    const dataId: tf.DataId = {};
    this.data.set(dataId, new PlacedEntry(device, (placed) => this.download(placed)) as never);
    return { dataId, shape: [...device.shape], dtype: 'float32' };
  }

  /** The tensor's values as an array of JavaScript. */
  values(tensor: tf.TensorInfo): Float32Array | Int32Array {
    return (this.data.get(tensor.dataId) as StoredData<DeviceData>).values as Float32Array | Int32Array;
  }

  /** A copy of numbers in the arena, in the order of the axes. */
  download(data: DeviceData): Float32Array {
    return inspect(data, this.arena, this.kernels, (values) => values.slice());
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.data.has(dataId) ? this.data.get(dataId) as StoredData<DeviceData> : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && entry?.place) {
      this.arena.free(entry.place.address);
      entry.place = undefined;
    }
    return gone;
  }
}

/** Whether numbers with the batch last mean the same for both shapes. */
function sharesBatch(a: readonly number[], b: readonly number[]): boolean {
  return a[0] === b[0] && a.length > 1 && b.length > 1;
}

/**
 * Registers the backend, the operators that it serves itself, and tfjs's reference kernels for everything else. Does
 * nothing the second time.
 */
export function registerOrtBackend(): OrtBackend {
  if (!tf.findBackend(backendName)) {
    tf.registerBackend(backendName, () => new OrtBackend(), 1);
    for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName, kernelFunc: served(kernel) });
  }
  return tf.findBackend(backendName) as OrtBackend;
}

/** A kernel that runs on the arena where it can, and counts where it cannot. */
function served({ kernelName, kernelFunc }: tf.KernelConfig): tf.KernelFunc {
  const operator = operators[kernelName];
  return (call) => {
    const backend = call.backend as OrtBackend;
    const inputs = call.inputs as Record<string, tf.TensorInfo>;
    const device = operator?.(inputs, (call.attrs ?? {}) as Record<string, unknown>, { backend, products: backend.products });
    if (device) return backend.info(device);
    const result = kernelFunc(call);
    const { shape } = Array.isArray(result) ? result[0] : result;
    if (!movesNothing.has(kernelName)) backend.fallbacks.record(kernelName, elementsOf(shape));
    return result;
  };
}

/** Kernels that only rename numbers. */
const movesNothing = new Set(['Identity', 'Reshape', 'ExpandDims', 'Cast']);
