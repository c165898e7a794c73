import { gpuNames } from './gpu.ts';
import { inChild } from './inChild.ts';
import { loadTensorflow, threadCount } from './load.ts';
import type { TensorflowPackage } from './package.ts';

/** What a linked TensorFlow turns out to be. */
export interface ProbeResult {
  /** Of TensorFlow, not of the package. */
  readonly version: string;
  readonly usesGpu: boolean;
  readonly device: string;
  readonly threads: number;
}

/**
 * Loads TensorFlow in another process, so that this one stays without, to see whether it works.
 * @throws EnvironmentError `tensorflow-broken`
 */
export const probe = (installed: TensorflowPackage): Promise<ProbeResult> => inChild('probe', installed);

/** The same in this process. */
export function probeHere(installed: TensorflowPackage): ProbeResult {
  const { version, usesGpu } = loadTensorflow(installed);
  const names = usesGpu ? gpuNames() : [];
  return { version, usesGpu, device: usesGpu ? `GPU, ${names[0] ?? 'unnamed'}` : 'CPU', threads: threadCount() };
}
