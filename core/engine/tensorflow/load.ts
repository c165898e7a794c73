import * as tf from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import type { TensorflowPackage } from './package.ts';

export const backendName = 'tensorflow';

/** Beyond this, more threads do not help layers of a phone-sized network. */
const maxThreads = 8;

/**
 * TensorFlow reads these when it is loaded; what the person has set stays. Not among them is TF_ENABLE_ONEDNN_OPTS=0:
 * runs repeat to the last bit on one machine without it, rounding depends on the processor with it as well (its matrix
 * products use oneDNN all the same), and it takes half as long again for a ViT's training step.
 */
const environment: Readonly<Record<string, string>> = {
  // GPUs would otherwise multiply float32 with ten bits of mantissa, and gradients would agree to three digits only.
  NVIDIA_TF32_OVERRIDE: '0',
  // Most greetings stay out of the terminal, warnings and errors do not.
  TF_CPP_MIN_LOG_LEVEL: '1',
};

/** What is known of TensorFlow once it is loaded. */
export interface LoadedTensorflow {
  readonly version: string;
  readonly usesGpu: boolean;
}

interface TensorflowBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

/** Threads that TensorFlow computes with on a CPU, unless it is told otherwise. */
export function threadCount(): number {
  return Number(process.env.TF_NUM_INTRAOP_THREADS) || Math.min(maxThreads, availableParallelism());
}

/**
 * Loads TensorFlow into this process, for good, and registers its tfjs backend.
 * @param threads to compute with on a CPU; they count when it is loaded for the first time
 * @throws whatever the package or the system's loader says
 */
export function loadTensorflow({ directory }: TensorflowPackage, threads = threadCount()): LoadedTensorflow {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  for (const [name, value] of Object.entries(environment)) process.env[name] ??= value;
  supplyRemovedFunctions();
  const previous = tf.getBackend();
  createRequire(join(directory, 'package.json'))(directory);
  // The package makes its backend the current one.
  if (previous) void tf.setBackend(previous);
  const { binding, isUsingGpuDevice } = tf.findBackend(backendName) as unknown as TensorflowBackend;
  return { version: binding.TF_Version, usesGpu: isUsingGpuDevice };
}

/** Node 23 removed functions of its `util` that the package still calls. */
function supplyRemovedFunctions(): void {
  const functions = util as unknown as Record<string, unknown>;
  functions.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  functions.isArray ??= Array.isArray;
}
