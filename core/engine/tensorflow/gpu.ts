import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether this machine has the driver of a GPU that TensorFlow could use: cheap to ask, and no promise. */
export function mayHaveGpu(): boolean {
  if (process.platform === 'win32') return existsSync(`${process.env.SystemRoot}\\System32\\nvcuda.dll`);
  return ['/dev/nvidiactl', '/proc/driver/nvidia/version', '/dev/dxg'].some((path) => existsSync(path));
}

/** Names of the GPUs, as their driver tells; empty when it does not. */
export function gpuNames(): string[] {
  try {
    const text = execFileSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
      encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000,
    });
    return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  } catch {
    // The tool is not part of every driver; the name is only a courtesy.
    return [];
  }
}
