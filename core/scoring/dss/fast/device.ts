import { tryOrt } from '../../../engine/ort/binding.ts';
import { MatrixProducts, type Operand } from '../../../engine/ort/plan/product.ts';
import { Arena, type Address } from '../../../engine/wasm/arena.ts';
import { instantiateKernels, type Kernel } from '../../../engine/wasm/library.ts';
import { PlainProducts } from './plainProducts.ts';

/** What the fast form computes on. */
export interface FastDevice {
  readonly arena: Arena;
  /** At work on the arena's memory. */
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly products: { multiply(a: Operand, b: Operand, result: Address): void };
}

let device: FastDevice | undefined;

/** The calling thread's device. Products are ONNX Runtime's where it can be loaded. */
export function fastDevice(): FastDevice {
  if (!device) {
    const arena = new Arena();
    device = { arena, kernels: instantiateKernels(arena.memory), products: tryOrt() ? new PlainProducts(arena) : new MatrixProducts(arena, 1) };
  }
  return device;
}
