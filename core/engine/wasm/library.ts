import { EnvironmentError, messageOf } from '../../base/errors.ts';
import { encodeModule } from './encoding.ts';
import { batchNormKernels } from './kernels/batchNorm.ts';
import { depthwiseKernels } from './kernels/depthwise.ts';
import { elementwiseKernels } from './kernels/elementwise.ts';
import { flatKernels } from './kernels/flat.ts';
import { productKernels } from './kernels/products.ts';
import { softmaxKernels } from './kernels/softmax.ts';
import { geluKernels } from './kernels/gelu.ts';
import { jetKernels } from './kernels/jets.ts';
import { layerNormKernels } from './kernels/layerNorm.ts';
import { layoutKernels } from './kernels/layout.ts';
import { poolingKernels } from './kernels/pooling.ts';
import { permutationKernels } from './kernels/permute.ts';
import { reductionKernels } from './kernels/reductions.ts';
import { rowKernels } from './kernels/rows.ts';
import { saliencyKernels } from './kernels/saliency.ts';
import { webAssembly, type WasmMemory } from './platform.ts';

/** Takes addresses (bytes) and sizes (elements), in the order that the kernel's description gives. */
export type Kernel = (...parameters: number[]) => void;

const modules = new Map<boolean, object>();

/**
 * All kernels, at work on one memory. They check nothing: addresses and sizes must be right.
 * @throws EnvironmentError `no-simd` where this machine's JavaScript engine lacks WebAssembly's vector instructions
 */
export function instantiateKernels(memory: WasmMemory): Readonly<Record<string, Kernel>> {
  return instantiate(memory, false);
}

/** As `instantiateKernels`, on memory that threads share. */
export function instantiateSharedKernels(memory: WasmMemory): Readonly<Record<string, Kernel>> {
  return instantiate(memory, true);
}

function instantiate(memory: WasmMemory, shared: boolean): Readonly<Record<string, Kernel>> {
  try {
    const compiled = modules.get(shared) ?? new webAssembly.Module(encodeModule([
      ...elementwiseKernels, ...batchNormKernels, ...layerNormKernels, ...depthwiseKernels, ...poolingKernels,
      ...reductionKernels, ...layoutKernels, ...softmaxKernels, ...productKernels, ...flatKernels,
      ...geluKernels, ...rowKernels, ...permutationKernels, ...jetKernels, ...saliencyKernels,
    ], { shared }));
    modules.set(shared, compiled);
    return new webAssembly.Instance(compiled, { env: { memory } }).exports as Record<string, Kernel>;
  } catch (cause) {
    throw new EnvironmentError('no-simd',
      `This machine cannot run Pocketformer's vector kernels (${messageOf(cause)}). Use --engine js.`, { cause });
  }
}
