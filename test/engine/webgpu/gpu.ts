import { existsSync } from 'node:fs';
import { findWebGpu } from '../../../core/engine/webgpu/find.ts';

/** Drivers that imitate a GPU, where distributions put them. */
const imitations = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/lib64/chromium-browser/vk_swiftshader_icd.json', '/opt/google/chrome/vk_swiftshader_icd.json'];

export interface TestGpu {
  readonly device: string;
  /** Why tests cannot run. */
  readonly reason?: string;
}

/** What tests run on: the machine's GPU, or SwiftShader where that is installed. Must come before any other search. */
export function gpuForTests(): TestGpu {
  offerImitation();
  const { available, device, reason } = findWebGpu().info;
  if (available) return { device };
  return { device, reason: `${reason} SwiftShader would do: name its Vulkan driver in VK_ICD_FILENAMES.` };
}

function offerImitation(): void {
  if (process.env.VK_ICD_FILENAMES === undefined && process.env.VK_DRIVER_FILES === undefined && process.platform === 'linux' && !hasCard()) {
    const found = imitations.find((path) => existsSync(path));
    if (found !== undefined) process.env.VK_ICD_FILENAMES = found;
  }
}

/** Whether there seems to be a graphics card, which is then what is tested. */
function hasCard(): boolean {
  return ['/dev/dri/renderD128', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path));
}
