import { createRequire } from 'node:module';
import type { Tensor } from 'onnxruntime-common';
import { EnvironmentError, messageOf } from '../../base/errors.ts';
import { textOf, type Obstacle } from '../obstacle.ts';
import { loadingObstacle, ortObstacle } from './installation.ts';

/**
 * ONNX Runtime's native session, called directly: the public API wraps this same synchronous call in a promise, and
 * tfjs kernels are synchronous. Internal to onnxruntime-node, so its version is pinned and nothing else touches it.
 */
export interface NativeSession {
  loadModel(path: string, options: object): void;
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  /** Without initializers. */
  readonly inputMetadata: readonly NativeValue[];
  readonly outputMetadata: readonly NativeValue[];
  /** `fetches` maps each wanted output to a tensor to write into, or null to have one allocated. */
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor | null>, options: object): Record<string, Tensor>;
  /** Writes the profile of a session that was created with `profilePrefix`. */
  endProfiling(): void;
  dispose(): void;
}

/** What a session takes or gives. */
export interface NativeValue {
  readonly name: string;
  readonly isTensor: boolean;
  /** -1 where a size is free; empty also where the file says nothing. */
  readonly shape: readonly number[];
  /** As in TensorProto.DataType: 1 float, 10 float16. */
  readonly type: number;
}

interface NativeBinding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  readonly initOrt: () => void;
}

let loaded: NativeBinding | undefined;

/** Loads the native library. @throws EnvironmentError `ort-missing` when this machine has none, saying what to do. */
export function loadOrt(): void {
  const obstacle = tryOrt();
  if (obstacle) throw new EnvironmentError('ort-missing', textOf(obstacle));
}

/** Loads the native library, or tells what keeps it from being loaded. */
export function tryOrt(): Obstacle | undefined {
  if (loaded) return undefined;
  const obstacle = ortObstacle();
  if (obstacle) return obstacle;
  try {
    const require = createRequire(import.meta.url);
    const library = require('onnxruntime-node/dist/binding.js') as NativeBinding;
    library.initOrt();
    loaded = library;
    return undefined;
  } catch (error) {
    return loadingObstacle(firstLine(messageOf(error)));
  }
}

/** How a session may use the machine. */
export interface SessionOptions {
  readonly threads: number;
  /** `all` by default; `disabled` keeps the graph as written. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Where to write the graph as the optimiser leaves it. */
  readonly optimizedModelPath?: string;
  /** What computes: the CPU by default. */
  readonly provider?: 'webgpu';
  /** Where results are left. Those that stay on a GPU are fed to other sessions, and live until they are disposed. */
  readonly resultsOn?: 'cpu' | 'gpu-buffer';
  /** Whether the session keeps memory between runs, as it does by default in programs of its users. */
  readonly memoryArena?: boolean;
  /** Whether idle threads spin, as they do by default in programs of its users; `in-runs` lets them sleep as soon as a run has ended. */
  readonly spinning?: boolean | 'in-runs';
  /** Path, less its end, of a profile to write. */
  readonly profilePrefix?: string;
}

/** A session from the bytes of an ONNX file, or from its path, beside which it may keep weights in files of their own. */
export function createSession(model: Uint8Array | string, options: SessionOptions): NativeSession {
  loadOrt();
  const session = new loaded!.binding.InferenceSession();
  const native = nativeOptions(options);
  if (typeof model === 'string') session.loadModel(model, native);
  else session.loadModel(model.buffer, model.byteOffset, model.byteLength, native);
  return session;
}

function nativeOptions(options: SessionOptions): object {
  const spinning = options.spinning ? '1' : '0';
  return {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: options.optimization ?? 'all',
    ...(options.optimizedModelPath === undefined ? {} : { optimizedModelFilePath: options.optimizedModelPath }),
    ...(options.provider === undefined ? {} : providerOptions(options.provider, options.resultsOn ?? 'cpu')),
    // Electron's allocator refuses the arena's large requests; without it memory also returns to the system.
    enableCpuMemArena: options.memoryArena ?? false,
    ...(options.profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
    logSeverityLevel: 3,
    // Spinning threads of idle sessions starve the one that works.
    extra: { session: { intra_op: { allow_spinning: spinning }, inter_op: { allow_spinning: spinning }, force_spinning_stop: options.spinning === 'in-runs' ? '1' : '0' } },
  };
}

function providerOptions(name: string, resultsOn: string): object {
  // Weights that change would be transposed at every step for the layout that it prefers.
  return { executionProviders: [{ name, preferredLayout: 'NCHW' }], preferredOutputLocation: resultsOn };
}

/** Version of the installed onnxruntime-node. */
export function ortVersion(): string {
  const require = createRequire(import.meta.url);
  return (require('onnxruntime-node/package.json') as { version: string }).version;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}
