import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { nodeProgram, noNodeProgram } from '../nodeProgram.ts';
import type { Obstacle } from '../obstacle.ts';
import { programOf } from './device.ts';

/** What the WebGPU provider would compute on. */
export interface Adapter {
  readonly name: string;
  /** Whether it only imitates a GPU on the CPU, which is good for nothing but tests. */
  readonly software: boolean;
}

export type Probe = { readonly adapter: Adapter } | Obstacle;

const remedies = {
  otherwise: 'The ort engine computes on the CPU.',
  driver: 'Update the graphics driver, or use --engine ort.',
} as const;

const timeoutMs = 30_000;
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic (render|display)|remote display|warp/i;

let found: Probe | undefined;

/** Tries a computation on the GPU once per process, in a child process that may crash. Takes some 0.2 s. */
export function findAdapter(): Probe {
  return found ??= probe();
}

function probe(): Probe {
  const execPath = nodeProgram();
  if (execPath === undefined) return noNodeProgram;
  const { model } = programOf('probe', [{ name: 'y', operator: 'Mul', inputs: ['x', 'x'], outputs: ['y'] }], ['x'], ['y']);
  const child = spawnSync(execPath, [fileURLToPath(new URL('probe.js', import.meta.url)), Buffer.from(model).toString('base64')], {
    encoding: 'utf8', timeout: timeoutMs, windowsHide: true, maxBuffer: 2 ** 24,
    // The Vulkan loader says which devices it found.
    env: { ...process.env, VK_LOADER_DEBUG: 'all' },
  });
  if (child.error || child.signal) {
    const happened = child.signal ? `its process was ended by ${child.signal}` : child.error!.message;
    return { reason: `Trying the GPU failed (${happened}).`, remedy: remedies.driver };
  }
  const answer = readAnswer(child.stdout);
  if ('failure' in answer) return explain(answer.failure, process.platform, process.arch);
  if (answer.result.join() !== '4,9') {
    return { reason: `The GPU computes 2 x 2 and 3 x 3 as ${answer.result.join(' and ')}.`, remedy: remedies.driver };
  }
  return { adapter: chosenOf(deviceNames(child.stderr)) };
}

type Answer = { readonly result: readonly number[] } | { readonly failure: string };

function readAnswer(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return { failure: `no answer but "${text.slice(0, 200)}"` };
  }
}

/** Why there is no adapter, and what would change it. */
export function explain(failure: string, platform: NodeJS.Platform, arch: string): Obstacle {
  if (/is unsupported: 'webgpu'/.test(failure)) {
    return { reason: `This ONNX Runtime carries no WebGPU for ${platform}-${arch}.`, remedy: remedies.otherwise };
  }
  if (!/adapter/i.test(failure)) return { reason: `ONNX Runtime cannot use the GPU (${failure.split('\n', 1)[0]}).`, remedy: remedies.driver };
  if (platform !== 'linux') return { reason: 'No GPU was found.', remedy: `Where there is one, install its maker's driver. ${remedies.otherwise}` };
  return {
    reason: 'No GPU was found that Vulkan can use.',
    remedy: "Where there is one, install its Vulkan driver (mesa-vulkan-drivers for AMD and Intel, NVIDIA's own) and the loader (libvulkan1); "
      + `"vulkaninfo --summary" then lists it. ${remedies.otherwise}`,
  };
}

/** Names of the devices that the system has, as far as it says. */
function deviceNames(loaderLog: string): string[] {
  switch (process.platform) {
    case 'darwin': return [cpus()[0]?.model ?? 'Apple'];
    case 'win32': {
      const query = '(Get-CimInstance Win32_VideoController).Name';
      const { stdout } = spawnSync('powershell', ['-NoProfile', '-Command', query], { encoding: 'utf8', timeout: timeoutMs, windowsHide: true });
      return (stdout ?? '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
    }
    default: return vulkanDevices(loaderLog);
  }
}

/** Devices in the order in which the Vulkan loader offers them, from what it reports with VK_LOADER_DEBUG. */
export function vulkanDevices(loaderLog: string): string[] {
  const names: string[] = [];
  let listing = false;
  for (const line of loaderLog.split('\n')) {
    const device = /\[\d+\] (.+)$/.exec(line.trimEnd());
    if (/Sorted order:/.test(line)) {
      listing = true;
      names.length = 0;
    } else if (listing && device) names.push(device[1].trim());
    else listing = false;
  }
  return names;
}

/** The provider asks for a fast device, which no software is. */
export function chosenOf(names: readonly string[]): Adapter {
  const real = names.find((name) => !software.test(name));
  if (real !== undefined) return { name: real, software: false };
  return names.length === 0 ? { name: 'of unknown name', software: false } : { name: names[0], software: true };
}
